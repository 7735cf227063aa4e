public import Foundation
import JSON
import Postgres

/// A job as operators see it.
public struct JobDetail: Sendable, Hashable {
    /// The job's id.
    public let id: JobID
    /// The name of the queue that the job was enqueued to.
    public let queue: String
    /// Its kind.
    public let name: String
    /// Where it stands.
    public let state: JobState
    /// Why it is dead or parked.
    public let reason: String?
    /// Attempts started, less those released.
    public let attempts: Int
    /// Attempts that ended with the death of their process.
    public let crashes: Int
    /// Its payload, JSON.
    public let payload: String
    /// Every failed attempt, oldest first.
    public let errors: [AttemptRecord]
    /// The worker process that runs it now.
    public let process: String?
    /// When it was enqueued.
    public let createdAt: Date
    /// When it is (or was) due.
    public let dispatchAt: Date
    /// When its last attempt started.
    public let startedAt: Date?
    /// When it reached a final state.
    public let finishedAt: Date?
    /// What its last error has in common with others; only of a dead or parked job that failed.
    public let fingerprint: String?
    /// The key that keeps a second one from being enqueued.
    public let uniqueKey: String?
    /// How far its last attempt said it was.
    public let progress: ReportedProgress?
    /// Since when an operator wants its running attempt ended.
    public let cancelRequestedAt: Date?
    /// Whether the ledger holds it; an ephemeral job is in Redis alone.
    public let isDurable: Bool

    package init(
        id: JobID, queue: String, name: String, state: JobState, reason: String?, attempts: Int, crashes: Int,
        payload: String, errors: [AttemptRecord], process: String?, createdAt: Date, dispatchAt: Date, startedAt: Date?,
        finishedAt: Date?, fingerprint: String?, uniqueKey: String?, progress: ReportedProgress?,
        cancelRequestedAt: Date?, isDurable: Bool
    ) {
        self.id = id
        self.queue = queue
        self.name = name
        self.state = state
        self.reason = reason
        self.attempts = attempts
        self.crashes = crashes
        self.payload = payload
        self.errors = errors
        self.process = process
        self.createdAt = createdAt
        self.dispatchAt = dispatchAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.fingerprint = fingerprint
        self.uniqueKey = uniqueKey
        self.progress = progress
        self.cancelRequestedAt = cancelRequestedAt
        self.isDurable = isDurable
    }
}

/// How far an attempt said it was, and when.
public struct ReportedProgress: Sendable, Hashable, Codable {
    /// From 0 to 1.
    public let fraction: Double
    /// What it was doing.
    public let message: String?
    /// When it said so.
    public let at: Date
}

/// One failed attempt.
public struct AttemptRecord: Sendable, Hashable, Codable {
    /// Number of the attempt, from 1.
    public let attempt: Int
    /// Stable word that groups failures.
    public let code: String
    /// What went wrong, for people.
    public let message: String
    /// What it has in common with other errors of its cause; none for the death of a process.
    public let fingerprint: String?
    /// The worker process that ran it.
    public let process: String?
    /// How long it ran, in milliseconds; unknown when the process died.
    public let durationMilliseconds: Int64?
    /// When it ended, RFC 3339.
    public let at: String

    enum CodingKeys: String, CodingKey {
        case attempt, code, message, fingerprint, process, at
        case durationMilliseconds = "duration_ms"
    }
}

extension JobDetail {
    /// What ``init(_:)`` reads of a row.
    static let columns = """
        id, queue, name, state, reason, attempts, crashes, payload::text AS payload, errors::text AS errors, process,
        created_at, dispatch_at, started_at, finished_at, fingerprint, unique_key, progress, progress_message,
        progress_at, cancel_requested_at
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
