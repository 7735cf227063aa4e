/// The body of `PUT /_sandbox/faults`, and its answer: `{"latency_ms": 0, "faults": [{"kind": "drop_after_commit", "endpoint": "confirm", "count": 1}]}`.
struct FaultOrder: Sendable, Codable {
    /// New latency of payment calls, in milliseconds; nil leaves it.
    var latencyMilliseconds: Int?
    /// The faults that replace those in force; nil leaves them.
    var faults: [FaultRule]?

    enum CodingKeys: String, CodingKey {
        case latencyMilliseconds = "latency_ms"
        case faults
    }

    init(_ plan: FaultPlan) {
        latencyMilliseconds = plan.latencyMilliseconds
        faults = plan.rules
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        latencyMilliseconds = try fields.decodeIfPresent(Int.self, forKey: .latencyMilliseconds)
        faults = try fields.decodeIfPresent([FaultRule].self, forKey: .faults)
        if let latencyMilliseconds, !(0...60_000).contains(latencyMilliseconds) {
            throw FaultError("latency_ms must lie between 0 and 60000, not \(latencyMilliseconds)")
        }
        if latencyMilliseconds == nil, faults == nil { throw FaultError("give latency_ms, faults or both") }
    }
}
