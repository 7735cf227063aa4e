import Postgres

extension JobLedger {
    /// Marks jobs done whose handlers did not do so in a transaction of their own. Returns those that were still this attempt's.
    func complete(_ completions: [JobCompletion]) async throws -> Set<JobID> {
        let ids = completions.map(\.jobID.rawValue)
        let epochs = completions.map(\.epoch)
        let rows = try await database.query(
            """
            UPDATE jobs
               SET state = 'done', finished_at = now(), process = NULL
              FROM (SELECT job.id
                      FROM unnest(\(ids)::uuid[], \(epochs)::bigint[]) AS claim (id, epoch)
                      JOIN jobs AS job ON job.id = claim.id AND job.epoch = claim.epoch AND job.state = 'running'
                     ORDER BY job.id
                       FOR NO KEY UPDATE OF job) AS finished
             WHERE jobs.id = finished.id
            RETURNING jobs.id
            """)
        return Set(try rows.map { JobID(rawValue: try $0["id"]) })
    }

    /// Records a failed attempt. Returns false when the attempt was stale; then nothing is changed.
    func record(_ outcome: AttemptOutcome, job: JobID, epoch: Int64) async throws -> Bool {
        let statement: SQL
        switch outcome {
        case .done:
            return try await complete([JobCompletion(jobID: job, epoch: epoch)]).contains(job)
        case .fenced:
            return false
        case .retry(let delay, let error):
            statement = """
                UPDATE jobs
                   SET state = 'ready', process = NULL, dispatch_at = now() + \(delay.milliseconds) * interval '1 millisecond',
                       errors = errors || \(error.json)::jsonb
                 WHERE id = \(job) AND epoch = \(epoch) AND state = 'running'
                """
        case .snooze(let delay, let error):
            // The reason of the last snooze stands alone at the end, however often a job snoozes.
            statement = """
                UPDATE jobs
                   SET state = 'ready', process = NULL, dispatch_at = now() + \(delay.milliseconds) * interval '1 millisecond',
                       attempts = greatest(attempts - 1, 0),
                       errors = CASE WHEN errors -> -1 ->> 'code' = 'snoozed' THEN errors - -1 ELSE errors END || \(error.json)::jsonb
                 WHERE id = \(job) AND epoch = \(epoch) AND state = 'running'
                """
        case .dead(let reason, let error):
            statement = """
                UPDATE jobs
                   SET state = 'dead', process = NULL, reason = \(reason), finished_at = now(), errors = errors || \(error.json)::jsonb
                 WHERE id = \(job) AND epoch = \(epoch) AND state = 'running'
                """
        case .parked(let reason, let error):
            statement = """
                UPDATE jobs
                   SET state = 'parked', process = NULL, reason = \(reason), attempts = greatest(attempts - 1, 0),
                       errors = errors || \(error.json)::jsonb
                 WHERE id = \(job) AND epoch = \(epoch) AND state = 'running'
                """
        }
        return try await database.execute(statement) == 1
    }

    /// Gives started jobs back, no attempt used: a process that shuts down. Stale ones are left alone.
    func release(_ claims: [(id: JobID, epoch: Int64)]) async throws {
        guard !claims.isEmpty else { return }
        let ids = claims.map(\.id.rawValue)
        let epochs = claims.map(\.epoch)
        try await database.execute(
            """
            UPDATE jobs
               SET state = 'ready', process = NULL, dispatch_at = now(), attempts = greatest(attempts - 1, 0)
              FROM unnest(\(ids)::uuid[], \(epochs)::bigint[]) AS claim (id, epoch)
             WHERE jobs.id = claim.id AND jobs.epoch = claim.epoch AND state = 'running'
            """)
    }
}
