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
    /// The queue its jobs wait in.
    static var queue: QueueName { get }
    /// How often, and after how long, a failed attempt is repeated.
    static var retry: RetryPolicy { get }
    /// An attempt that runs longer is cancelled and counts as a transient failure. 60 s unless stated.
    static var timeLimit: Duration { get }
    /// What becomes of a job whose process died in the middle of it. It runs again unless stated.
    static var crashPolicy: CrashPolicy { get }
    /// Version of the payload's shape. A worker parks jobs newer than the version it knows.
    static var version: Int { get }
}

extension Job {
    /// Its handler runs again.
    public static var crashPolicy: CrashPolicy { .runAgain }
    /// 60 s.
    public static var timeLimit: Duration { .seconds(60) }
    /// 1.
    public static var version: Int { 1 }
}
