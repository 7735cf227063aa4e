import Foundation
import Postgres

/// A durable job that its claim may run: what the ledger knows of it.
package struct StartedJob: Sendable {
    let id: JobID
    let epoch: Int64
    let name: String
    let version: Int
    let payload: [UInt8]
    /// Attempts including this one.
    let attempt: Int
    let crashes: Int
    let createdAt: Date
    let traceparent: String?
    /// The job has crashed too often and was put into the dead letters instead of being started.
    let isQuarantined: Bool
}

/// A claimed copy that asks the ledger to start.
package struct StartRequest: Sendable {
    let id: JobID
    let epoch: Int64
    let superseded: [Int64]

    package init(id: JobID, epoch: Int64, superseded: [Int64]) {
        self.id = id
        self.epoch = epoch
        self.superseded = superseded
    }
}

extension JobLedger {
    /// A job whose process died this often is quarantined.
    static let crashesAllowed = 3

    /// Starts claimed jobs, all in one statement. A copy without an answer must not run: its job is finished, running
    /// elsewhere, not due yet, or gone, and the copy is to be dropped.
    ///
    /// A `ready` row starts under any newer epoch. A `running` row starts only under the copy that had started it
    /// before its process's lease lapsed; that counts as a crash and not as an attempt. A start whose answer was lost
    /// may be repeated: the row that runs under this very epoch is answered again.
    ///
    /// A job whose process died before it could carry out an operator's cancellation ends here and has no answer.
    /// A job that gives its unique key back now has no answer either while an open transaction relies on its waiting;
    /// the ledger sweeper pushes it again.
    /// - Throws: `PostgresError`; then no job was started.
    package func start(_ requests: [StartRequest], process: ProcessID) async throws -> [StartedJob] {
        let rows = try await database.query(Self.starting(requests, process: process))
        return try rows.compactMap { row in
            let reason: String? = try row["reason"]
            if reason == "canceled" { return nil }
            return StartedJob(
                id: JobID(rawValue: try row["id"]), epoch: try row["epoch"], name: try row["name"],
                version: try row["version"], payload: Array((try row["payload"] as String).utf8),
                attempt: try row["attempts"], crashes: try row["crashes"],
                createdAt: try row["created_at"], traceparent: try row["traceparent"],
                isQuarantined: reason == "quarantined")
        }
    }

    static func starting(_ requests: [StartRequest], process: ProcessID) -> SQL {
        // Sorted, so that two processes which start overlapping sets lock rows in one order.
        let requests = requests.sorted { $0.id.description < $1.id.description }
        let ids = requests.map(\.id.rawValue)
        let epochs = requests.map(\.epoch)
        let chains = requests.map { $0.superseded.map(String.init).joined(separator: ",") }
        let claims = Self.batch("unnest(\(ids)::uuid[], \(epochs)::bigint[], \(chains)::text[])", count: ids.count)
        // Two seconds of grace for a Redis whose clock runs ahead of PostgreSQL's; Redis decides when a job is due.
        return
            """
            UPDATE jobs
               SET state = CASE WHEN ending IS NULL THEN 'running' ELSE 'dead' END,
                   process = CASE WHEN ending IS NULL THEN \(process.rawValue) END,
                   reason = ending,
                   fingerprint = ending || ':' || name,
                   epoch = claimed.epoch,
                   attempts = attempts + CASE WHEN claimed.crashed OR claimed.again THEN 0 ELSE 1 END,
                   crashes = crashes + CASE WHEN claimed.crashed THEN 1 ELSE 0 END,
                   errors = CASE WHEN claimed.crashed
                       THEN errors || jsonb_build_object('attempt', attempts, 'at', now(), 'code', 'process_died',
                           'message', 'the worker process died or lost its lease', 'process', process)
                       ELSE errors END,
                   progress = NULL, progress_message = NULL, progress_at = NULL,
                   started_at = CASE WHEN claimed.again THEN started_at ELSE now() END,
                   finished_at = CASE WHEN ending IS NOT NULL THEN now() END
              FROM (SELECT claim.id, claim.epoch, job.epoch = claim.epoch AS again,
                           job.state = 'running' AND job.epoch < claim.epoch AS crashed,
                           CASE WHEN job.state = 'running' AND job.epoch < claim.epoch THEN
                               CASE WHEN job.cancel_requested_at IS NOT NULL THEN 'canceled'
                                    WHEN job.crashes + 1 >= \(Self.crashesAllowed) THEN 'quarantined' END
                           END AS ending
                      FROM (\(claims)) AS claim (id, epoch, chain)
                      JOIN jobs AS job ON job.id = claim.id
                     WHERE job.epoch < claim.epoch
                           AND (\(Self.state(of: "job")) = 'ready' AND job.dispatch_at <= now() + interval '2 seconds'
                                AND (job.unique_until IS DISTINCT FROM 'started'
                                     OR lock_job_unique_key(job.queue, job.unique_key))
                                OR \(Self.state(of: "job")) = 'running'
                                AND job.epoch = ANY (string_to_array(claim.chain, ',')::bigint[]))
                        OR job.epoch = claim.epoch AND \(Self.state(of: "job")) = 'running'
                           AND job.process = \(process.rawValue)
                     ORDER BY job.id
                       FOR NO KEY UPDATE OF job) AS claimed
             WHERE jobs.id = claimed.id
            RETURNING jobs.id, jobs.epoch, name, version, payload::text AS payload, attempts, crashes, created_at,
                      traceparent, reason
            """
    }
}

/// One life of a worker process: host, pid and a random part, so that a restarted process, or one that let its lease
/// lapse, never passes for its former self.
package struct ProcessID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static func new() -> ProcessID {
        let host = ProcessInfo.processInfo.hostName.prefix(40)
        let life = String(UInt32.random(in: .min ... .max), radix: 36)
        return ProcessID(rawValue: "\(host)-\(ProcessInfo.processInfo.processIdentifier)-\(life)")
    }

    package var description: String { rawValue }
}
