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
    /// What operators have set.
    public let settings: QueueSettings

    /// Whether claiming is stopped.
    public var isPaused: Bool { settings.isPaused }
}

/// As JSON for operators: the HTTP API and `cartwright queues --json` show the same document.
extension QueueStatus: Encodable {
    enum CodingKeys: String, CodingKey {
        case queue, ready, delayed, running, waiting, dead, parked, workers, concurrency
        case oldestAgeSeconds = "oldest_age_seconds"
        case isPaused = "paused"
        case rateLimit = "rate_limit"
    }

    /// Writes every member; the age is null when nothing is due, concurrency and rate limit when none is set.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(queue, forKey: .queue)
        try container.encode(ready, forKey: .ready)
        try container.encode(delayed, forKey: .delayed)
        try container.encode(running, forKey: .running)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(dead, forKey: .dead)
        try container.encode(parked, forKey: .parked)
        try container.encode(oldestAgeSeconds, forKey: .oldestAgeSeconds)
        try container.encode(workers, forKey: .workers)
        try container.encode(settings.isPaused, forKey: .isPaused)
        try container.encode(settings.concurrency, forKey: .concurrency)
        try container.encode(settings.rateLimit, forKey: .rateLimit)
    }
}
