public import JobQueue

/// Asks the rate source for a newer set.
public struct RefreshRates: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "rates.refresh"
    /// Where they wait.
    public static let queue: QueueName = "maintenance"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 6, from: .seconds(5), to: .minutes(10))

    /// A job; there is nothing to say.
    public init() {}
}
