public import Domain
public import Redis

/// Tells API processes that wait for an order's outcome that there is news, over Redis pub/sub (channel `cw:outcomes`).
///
/// A message may be lost; whoever waits must look into the database once more when the time is up.
public final class OutcomeBus: Sendable {
    /// A bus that publishes through one connection and listens on another.
    public init(redis: RedisClient, subscriber: RedisSubscriber, prefix: String = "cw") {}
    /// Says that these orders changed. Never throws: the news are in the database.
    public func publish(_ orderIDs: [Order.ID]) async {}
    /// Delivers messages to the waiters until the task is cancelled. An API process runs one.
    public func run() async {}
    /// Waits for news about an order; `true` when there was some, `false` when the time is up. Begin to wait before looking into the database.
    public func wait(for orderID: Order.ID, atMost limit: Duration) async -> Bool { false }
}
