import Foundation
import Postgres

/// A durable job whose copy in Redis is missing and has to be pushed (again).
struct LostJob: Sendable {
    let id: JobID
    let name: String
    let version: Int
    /// Milliseconds since 1970, PostgreSQL's clock.
    let dispatchAt: Int64
    /// The epoch of the dead process's attempt when the row still reads `running`.
    let superseded: Int64?
}

/// Why a queue needs a look into Redis.
struct QueueAnomaly: Sendable {
    let queue: QueueName
    /// A ready job should have been claimed by now.
    let hasOverdue: Bool
    /// Processes in which jobs have been running for a while; they may be gone.
    let processes: [ProcessID]
}

extension JobLedger {
    /// Takes up to `limit` ready jobs that should lie in their Redis list but can't: everything in the list was pushed
    /// after them.
    ///
    /// The list is first in, first out, so a job that should have been there since before the oldest waiting one was
    /// pushed has been claimed, or was lost. A claimed one is `running` here within moments, hence the `slack`. A copy
    /// too many does no harm: only one copy can start.
    ///
    /// - Parameter oldestWaiting: when the oldest job in the Redis list was pushed, by the pusher's clock; nil when the
    ///   list is empty. A time in the future shows a wrong clock and nothing else, so then nothing counts as
    ///   lost.
    func takeLost(queue: QueueName, oldestWaiting: Date?, slack: Duration, limit: Int) async throws -> [LostJob] {
        let rows = try await database.query(
            """
            UPDATE jobs
               SET dispatch_at = now()
             WHERE id IN (SELECT id FROM jobs
                           WHERE queue = \(queue) AND state = 'ready'
                             AND dispatch_at
                                 < CASE WHEN \(oldestWaiting)::timestamptz > now() + interval '2 seconds'
                                        THEN '-infinity'
                                        ELSE least(\(oldestWaiting)::timestamptz, now()) END
                                   - \(slack.milliseconds) * interval '1 millisecond'
                           ORDER BY dispatch_at
                           LIMIT \(limit)
                             FOR UPDATE SKIP LOCKED)
            RETURNING id, name, version, (extract(epoch FROM dispatch_at) * 1000)::bigint AS dispatch_ms,
                      NULL::bigint AS superseded
            """)
        return try rows.map(Self.lost)
    }

    /// Queues in which something may have to be pushed, by the ledger alone.
    func anomalies(queues: [QueueName], slack: Duration) async throws -> [QueueAnomaly] {
        let slack: SQL = "\(slack.milliseconds) * interval '1 millisecond'"
        let rows = try await database.query(
            """
            SELECT queue, overdue, processes
              FROM (SELECT queue,
                           EXISTS (SELECT FROM jobs
                                    WHERE jobs.queue = served.queue AND state = 'ready'
                                      AND dispatch_at < now() - \(slack)) AS overdue,
                           ARRAY(SELECT DISTINCT process FROM jobs
                                  WHERE jobs.queue = served.queue AND state = 'running'
                                    AND started_at < now() - \(slack)) AS processes
                      FROM unnest(\(queues.map(\.rawValue))::text[]) AS served (queue)) AS anomaly
             WHERE overdue OR processes <> '{}'
            """)
        return try rows.map { row in
            QueueAnomaly(
                queue: try row["queue"], hasOverdue: try row["overdue"],
                processes: (try row["processes"] as [String]).map(ProcessID.init(rawValue:)))
        }
    }

    /// Takes running jobs of a process that is gone for good and of whose claims Redis knows nothing any more.
    func takeOrphaned(
        queue: QueueName, process: ProcessID, oldestWaiting: Date?, slack: Duration, limit: Int
    ) async throws -> [LostJob] {
        let rows = try await database.query(
            """
            UPDATE jobs
               SET dispatch_at = now()
             WHERE id IN (SELECT id FROM jobs
                           WHERE queue = \(queue) AND state = 'running' AND process = \(process.rawValue)
                             AND greatest(dispatch_at, started_at)
                                 < CASE WHEN \(oldestWaiting)::timestamptz > now() + interval '2 seconds'
                                        THEN '-infinity'
                                        ELSE least(\(oldestWaiting)::timestamptz, now()) END
                                   - \(slack.milliseconds) * interval '1 millisecond'
                           LIMIT \(limit)
                             FOR UPDATE SKIP LOCKED)
            RETURNING id, name, version, (extract(epoch FROM dispatch_at) * 1000)::bigint AS dispatch_ms,
                      epoch AS superseded
            """)
        return try rows.map(Self.lost)
    }

    /// Makes parked jobs ready that this worker understands: `kinds` maps names to the newest version known.
    func unpark(queue: QueueName, kinds: [String: Int]) async throws -> Int {
        let names = Array(kinds.keys)
        let versions = names.map { kinds[$0] ?? 0 }
        return try await database.execute(
            """
            UPDATE jobs
               SET state = 'ready', reason = NULL, fingerprint = NULL, dispatch_at = now() - interval '1 minute'
              FROM unnest(\(names)::text[], \(versions)::integer[]) AS known (name, version)
             WHERE jobs.state = 'parked' AND jobs.queue = \(queue) AND jobs.reason IN ('unknown_kind', 'newer_version')
               AND jobs.name = known.name AND jobs.version <= known.version
            """)
    }

    /// Makes the coming days' partitions and drops those in which everything is finished and older than
    /// `retention`.
    func maintainPartitions(retention: Duration) async throws {
        let days = max(1, retention.components.seconds / 86_400)
        _ = try await database.query("SELECT create_job_partitions(3)")
        _ = try await database.query("SELECT drop_finished_job_partitions(\(days))")
        try await database.execute("DELETE FROM job_schedule_slots WHERE fire_at < now() - interval '30 days'")
    }

    private static func lost(_ row: PostgresRow) throws -> LostJob {
        LostJob(
            id: JobID(rawValue: try row["id"]), name: try row["name"], version: try row["version"],
            dispatchAt: try row["dispatch_ms"],
            superseded: try row["superseded"])
    }
}
