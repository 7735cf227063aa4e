/// Counts payment calls against a limit: a bucket for each endpoint and one for all, each holding one second's worth of
/// calls. A value; time comes from outside.
struct RateLimiter: Sendable, Equatable {
    private struct Bucket: Equatable {
        var tokens: Double
        var at: ContinuousClock.Instant

        mutating func refill(to rate: Int, at now: ContinuousClock.Instant) {
            tokens = min(Double(rate), tokens + (now - at) / .seconds(1) * Double(rate))
            at = now
        }
    }

    let limit: RateLimit
    private var endpoints: [PaymentOperation: Bucket] = [:]
    private var all: Bucket?

    init(_ limit: RateLimit) {
        self.limit = limit
    }

    /// Whether a call is let through. One that is not uses nothing up.
    mutating func admits(_ operation: PaymentOperation, at now: ContinuousClock.Instant) -> Bool {
        if let rate = limit.perEndpoint {
            endpoints[operation, default: Bucket(tokens: Double(rate), at: now)].refill(to: rate, at: now)
        }
        if let rate = limit.total {
            all = all ?? Bucket(tokens: Double(rate), at: now)
            all?.refill(to: rate, at: now)
        }
        guard endpoints[operation].map({ $0.tokens >= 1 }) ?? true, all.map({ $0.tokens >= 1 }) ?? true else {
            return false
        }
        endpoints[operation]?.tokens -= 1
        all?.tokens -= 1
        return true
    }
}
