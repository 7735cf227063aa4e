/// One queue as operators see it. Counts of `ready` and `delayed` come from Redis, the others from the ledger.
public struct QueueStatus: Sendable, Hashable {
    /// The queue.
    public let queue: QueueName
    /// Jobs waiting in the Redis list.
    public let ready: Int
    /// Jobs in Redis that are due later.
    public let delayed: Int
    /// Durable jobs running now.
    public let running: Int
    /// Durable jobs waiting or due later, by the ledger: more than Redis shows while Redis heals.
    public let waiting: Int
    /// Dead letters, durable and ephemeral.
    public let dead: Int
    /// Jobs no worker understands yet.
    public let parked: Int
    /// Age in seconds of the oldest durable job that is due and waits.
    public let oldestAgeSeconds: Double?
    /// Worker processes with a lease.
    public let workers: Int
    /// Whether claiming is stopped.
    public let isPaused: Bool
}
