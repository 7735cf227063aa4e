import Postgres

/// Brings jobs back to `ready`, with all their attempts ahead of them.
enum Requeue {
    /// Revives what `candidates` selects (`id`, `queue`, `state` and `unique_key` of rows it has locked) and returns
    /// id, queue, name and version of those revived. A dead job whose unique key another one has taken meanwhile stays
    /// dead.
    static func statement(for candidates: SQL) -> SQL {
        """
        WITH candidate AS MATERIALIZED (
            \(candidates)
        ), taken AS (
            INSERT INTO job_unique_keys (queue, key, job_id)
            SELECT queue, unique_key, id FROM candidate WHERE state = 'dead' AND unique_key IS NOT NULL ORDER BY unique_key
            ON CONFLICT DO NOTHING
            RETURNING job_id
        )
        UPDATE jobs
           SET state = 'ready', reason = NULL, finished_at = NULL, attempts = 0, crashes = 0, dispatch_at = now(),
               fingerprint = NULL, cancel_requested_at = NULL
          FROM candidate
         WHERE jobs.id = candidate.id
           AND (candidate.state <> 'dead' OR candidate.unique_key IS NULL OR candidate.id IN (SELECT job_id FROM taken))
        RETURNING jobs.id, jobs.queue, jobs.name, jobs.version
        """
    }

    /// What ``statement(for:)`` revived, oldest first.
    static func jobs(in rows: [PostgresRow]) throws -> [CommittedJob] {
        try rows.compactMap { row in
            guard let queue = QueueName(rawValue: try row["queue"]) else { return nil }
            return CommittedJob(
                id: JobID(rawValue: try row["id"]), queue: queue, name: try row["name"], version: try row["version"],
                runAt: nil)
        }.sorted { $0.id.description < $1.id.description }
    }
}
