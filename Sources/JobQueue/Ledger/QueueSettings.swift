/// What operators have set for a queue. PostgreSQL holds it; Redis has a copy that every claim reads, so it takes
/// effect within a second and outlives an emptied Redis.
public struct QueueSettings: Sendable, Hashable {
    /// Values that are taken for ``concurrency``.
    public static let concurrencyRange = 1...10_000

    /// Nothing is claimed; running jobs finish.
    public var isPaused: Bool
    /// Jobs that each worker process runs at once; nil means as the process was started. Brought into
    /// ``concurrencyRange`` when stored.
    public var concurrency: Int?
    /// Starts of all worker processes together; nil means no limit.
    public var rateLimit: RateLimit?

    /// Open and without limits unless said otherwise.
    public init(isPaused: Bool = false, concurrency: Int? = nil, rateLimit: RateLimit? = nil) {
        self.isPaused = isPaused
        self.concurrency = concurrency
        self.rateLimit = rateLimit
    }
}

/// A bound on how many jobs of a queue start in a time: a token bucket that all worker processes share.
public struct RateLimit: Sendable, Hashable, Codable {
    /// Values that are taken for ``perSecond``.
    public static let rateRange = 0.001...1_000_000.0
    /// Values that are taken for ``burst``.
    public static let burstRange = 1...1_000_000

    /// Starts per second in the long run; 0.1 is one in ten seconds.
    public let perSecond: Double
    /// Starts that may follow each other at once after a quiet time.
    public let burst: Int

    /// Values outside ``rateRange`` and ``burstRange`` become their nearest bound. Without a burst, what one second
    /// allows, at least one.
    public init(perSecond: Double, burst: Int? = nil) {
        let rate =
            perSecond.isNaN
            ? Self.rateRange.lowerBound : min(max(perSecond, Self.rateRange.lowerBound), Self.rateRange.upperBound)
        self.perSecond = rate
        self.burst = min(max(burst ?? Int(rate.rounded(.up)), Self.burstRange.lowerBound), Self.burstRange.upperBound)
    }

    enum CodingKeys: String, CodingKey {
        case burst
        case perSecond = "per_second"
    }
}
