/// The body of `PUT /_sandbox/faults`: `{"latency_ms": 0, "faults": [{"kind": "drop_after_commit", "endpoint":
/// "confirm", "count": 1}]}`.
struct FaultOrder: Sendable, Decodable {
    /// New latency of payment calls; nil leaves it. Either `latency_ms`, or `latency` as ``Latency`` is written.
    var latency: Latency?
    /// The endpoints whose latency differs, replacing those there were; nil leaves them.
    var latencies: [PaymentOperation: Latency]?
    /// A new limit, none when empty; nil leaves it.
    var rateLimit: RateLimit?
    /// The faults that replace those in force; nil leaves them.
    var faults: [FaultRule]?

    private enum CodingKeys: String, CodingKey {
        case milliseconds = "latency_ms"
        case latency, latencies, faults
        case rateLimit = "rate_limit"
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        latency = try fields.decodeIfPresent(Latency.self, forKey: .latency)
        rateLimit = try fields.decodeIfPresent(RateLimit.self, forKey: .rateLimit)
        faults = try fields.decodeIfPresent([FaultRule].self, forKey: .faults)
        if let milliseconds = try fields.decodeIfPresent(Int.self, forKey: .milliseconds) {
            guard (0...Latency.longest).contains(milliseconds) else {
                throw FaultError("latency_ms must lie between 0 and \(Latency.longest), not \(milliseconds)")
            }
            guard latency == nil else { throw FaultError("give latency_ms or latency, not both") }
            latency = .fixed(milliseconds)
        }
        if let named = try fields.decodeIfPresent([String: Latency].self, forKey: .latencies) {
            latencies = [:]
            for (name, latency) in named {
                guard let operation = PaymentOperation(rawValue: name) else {
                    let known = PaymentOperation.allCases.map(\.rawValue).joined(separator: ", ")
                    throw FaultError("latencies: '\(name)' is no endpoint; they are \(known)")
                }
                latencies?[operation] = latency
            }
        }
        if latency == nil, latencies == nil, rateLimit == nil, faults == nil {
            throw FaultError("give latency_ms, latency, latencies, rate_limit, faults or some of them")
        }
    }
}

extension FaultOrder {
    /// Reads the form of the faults page for the pace: `ms`, or `median_ms` and `p99_ms`, and `limit` as
    /// `SANDBOX_RATE_LIMIT` is written. An empty field is none.
    /// - Throws: `FaultError` with what was expected.
    init(form: [String: FormValue]) throws(FaultError) {
        self.init()
        let given = form.compactMapValues { $0.text.flatMap { $0.isEmpty ? nil : $0 } }
        var numbers: [String: Int] = [:]
        for name in ["ms", "median_ms", "p99_ms"] {
            guard let text = given[name] else { continue }
            guard let number = Int(text) else { throw FaultError("\(name) is a whole number, not '\(text)'") }
            numbers[name] = number
        }
        let isSpread = numbers["median_ms"] != nil || numbers["p99_ms"] != nil
        latency = try Latency(
            milliseconds: isSpread ? numbers["ms"] : numbers["ms"] ?? 0, median: numbers["median_ms"],
            p99: numbers["p99_ms"])
        rateLimit = RateLimit(perEndpoint: nil, total: nil)
        if let text = given["limit"] {
            guard let limit = RateLimit(text) else {
                throw FaultError("the limit is calls per second of an endpoint, or 25/100 with those of all")
            }
            rateLimit = limit
        }
    }
}
