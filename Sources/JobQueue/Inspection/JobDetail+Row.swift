import Foundation
import JSON
import Postgres

extension JobDetail {
    /// What ``init(_:)`` reads of a row.
    static let columns = """
        id, queue, name, state, reason, attempts, crashes, payload::text AS payload, errors::text AS errors, process, created_at,
        dispatch_at, started_at, finished_at, fingerprint, unique_key, progress, progress_message, progress_at, cancel_requested_at
        """

    /// Reads a row with ``columns``.
    init(_ row: PostgresRow) throws {
        let errors: String = try row["errors"]
        let state: String = try row["state"]
        let fraction: Double? = try row["progress"]
        self.init(
            id: JobID(rawValue: try row["id"]), queue: try row["queue"], name: try row["name"],
            state: JobState(rawValue: state) ?? .parked,
            reason: try row["reason"], attempts: try row["attempts"], crashes: try row["crashes"],
            payload: try row["payload"],
            errors: try JSONCoder.decode([AttemptRecord].self, from: errors),
            process: try row["process"],
            createdAt: try row["created_at"], dispatchAt: try row["dispatch_at"], startedAt: try row["started_at"],
            finishedAt: try row["finished_at"], fingerprint: try row["fingerprint"], uniqueKey: try row["unique_key"],
            progress: try fraction.map {
                ReportedProgress(fraction: $0, message: try row["progress_message"], at: try row["progress_at"])
            },
            cancelRequestedAt: try row["cancel_requested_at"], isDurable: true)
    }
}
