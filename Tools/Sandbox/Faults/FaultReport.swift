/// The answer to `GET /_sandbox/faults`: what is in force, and how often it struck since it was last cleared.
struct FaultReport: Sendable, Encodable {
    /// The latency of most calls, or the median of it.
    let latencyMilliseconds: Int
    let latency: Latency
    let latencies: [String: Latency]
    let rateLimit: RateLimit?
    let faults: [FaultRule]
    /// How many calls, mails and events were hit, by kind of fault; `rate_limit` counts those beyond the limit.
    let struck: [String: Int]

    enum CodingKeys: String, CodingKey {
        case latencyMilliseconds = "latency_ms"
        case latency, latencies, faults, struck
        case rateLimit = "rate_limit"
    }

    init(_ plan: FaultPlan, struck: [String: Int]) {
        switch plan.latency {
        case .fixed(let milliseconds), .spread(median: let milliseconds, p99: _): latencyMilliseconds = milliseconds
        }
        latency = plan.latency
        latencies = Dictionary(uniqueKeysWithValues: plan.latencies.map { ($0.key.rawValue, $0.value) })
        rateLimit = plan.limiter?.limit
        faults = plan.rules
        self.struck = struck
    }
}
