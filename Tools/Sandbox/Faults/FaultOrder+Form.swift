extension FaultOrder {
    /// Reads the form of the switches page for the pace: `ms`, or `median_ms` and `p99_ms`, and `limit` as
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
