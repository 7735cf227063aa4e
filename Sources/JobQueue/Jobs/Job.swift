/// A kind of job: its payload as a Swift value, and how the queue treats it.
///
///     struct SendEmail: Job {
///         static let name = "email.send"
///         static let queue: QueueName = "email"
///         static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))
///         let deliveryID: EmailDelivery.ID
///     }
///
/// What it does stands in a ``JobHandler``.
public protocol Job: Codable, Sendable {
    /// Stable name; it is stored with every job and must not change while jobs of this kind exist. 1–100 letters,
    /// digits, `-`, `_` and `.`.
    static var name: String { get }
    /// The queue its jobs wait in. ``QueueName/standard`` unless stated.
    static var queue: QueueName { get }
    /// How often, and after how long, a failed attempt is repeated. ``RetryPolicy/standard`` unless stated.
    static var retry: RetryPolicy { get }
    /// An attempt that runs longer is canceled and counts as a transient failure. 60 s unless stated.
    static var timeLimit: Duration { get }
    /// What becomes of a job whose process died in the middle of it. It runs again unless stated.
    static var crashPolicy: CrashPolicy { get }
    /// Version of the payload's shape. A worker parks jobs newer than the version it knows.
    static var version: Int { get }
}

extension Job {
    /// ``QueueName/standard``.
    public static var queue: QueueName { .standard }
    /// ``RetryPolicy/standard``.
    public static var retry: RetryPolicy { .standard }
    /// Its handler runs again.
    public static var crashPolicy: CrashPolicy { .runAgain }
    /// 60 s.
    public static var timeLimit: Duration { .seconds(60) }
    /// 1.
    public static var version: Int { 1 }
}

/// What becomes of a job whose process died in the middle of it.
public enum CrashPolicy: Sendable, Hashable {
    /// Its handler may run again: its effects are in one transaction with the job's completion, or carry a key.
    case runAgain
    /// ``JobHandler/verify(_:in:)`` finds out first whether the effect has happened.
    case verify
    /// It is held for a person, in the dead letters with the reason `outcome_unknown`.
    case hold
}

/// What a handler has found out about an attempt whose process died.
public enum Verification: Sendable, Hashable {
    /// The effect is there: the job is done without running again.
    case done
    /// The effect is not there: the job runs.
    case notDone
    /// It can't be told: the job is held for a person.
    case unknown(String)
}

/// States of a job in the ledger.
///
///     ready ──claim──▶ running ──▶ done
///       ▲  ▲               │
///       │  └─retry, snooze─┤
///       │    release       ├──▶ dead ──operator──▶ ready | discarded
///       └──known again── parked
public enum JobState: String, CaseIterable, Codable, Sendable {
    /// Waits for its time and a worker.
    case ready
    /// Claimed and started by a worker process.
    case running
    /// Completed.
    case done
    /// In the dead letters, until an operator retries or discards it.
    case dead
    /// Given up by an operator.
    case discarded
    /// No live worker understood it; runs when one does.
    case parked
}
