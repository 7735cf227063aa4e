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

/// How many payment calls per second are let through (https://docs.stripe.com/rate-limits); the provider's own are 25
/// and 100.
struct RateLimit: Sendable, Codable, Equatable {
    /// Calls per second of each endpoint; nil is without limit.
    var perEndpoint: Int?
    /// Calls per second of all endpoints together; nil is without limit.
    var total: Int?

    enum CodingKeys: String, CodingKey {
        case perEndpoint = "per_endpoint"
        case total
    }

    /// Reads `25` (of each endpoint) or `25/100` (and of all together); nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.map(Self.range.contains) ?? false }) else {
            return nil
        }
        perEndpoint = parts[0]
        total = parts.count == 2 ? parts[1] : nil
    }

    init(perEndpoint: Int?, total: Int?) {
        self.perEndpoint = perEndpoint
        self.total = total
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        perEndpoint = try fields.decodeIfPresent(Int.self, forKey: .perEndpoint)
        total = try fields.decodeIfPresent(Int.self, forKey: .total)
        guard [perEndpoint, total].allSatisfy({ $0.map(Self.range.contains) ?? true }) else {
            throw FaultError("per_endpoint and total are calls per second from 1 to 100000; leave one out for no limit")
        }
    }

    private static let range = 1...100_000
}
