/// What one round of orders came to.
struct Round: Sendable {
    /// When each confirmed order was answered, in seconds from the start, in this order.
    var answered: [Double] = []
    /// How long each confirmed order took, in milliseconds.
    var latencies: [Int] = []
    /// The other answers; 0 stands for none.
    var other: [Int] = []

    /// Confirmed orders per second from the first request to the last answer.
    var rate: Double { answered.last.map { Double(answered.count) / $0 } ?? 0 }

    /// Confirmed orders per second between the first tenth and the last tenth of them: what a shop sees that never
    /// stops. A round that begins with no order on its way and ends with none spends one order's whole time on filling
    /// and emptying the line, and at 3 s per call that is seconds of it.
    var steadyRate: Double {
        let (first, last) = (answered.count / 10, answered.count * 9 / 10)
        guard last > first, answered[last] > answered[first] else { return rate }
        return Double(last - first) / (answered[last] - answered[first])
    }

    /// The latency that this part of the confirmed orders did not exceed, in milliseconds.
    func percentile(_ part: Double) -> Int {
        latencies.isEmpty ? 0 : latencies.sorted()[Int(Double(latencies.count - 1) * part)]
    }
}
