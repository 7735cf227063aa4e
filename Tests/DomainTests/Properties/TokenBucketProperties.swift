import Domain
import PropertySupport
import Testing

@Suite("Calls go out no faster than they may, in the order in which they asked")
struct TokenBucketProperties {
    private struct Limit {
        let rate: Int
        let burst: Int
        let patience: Int64
    }

    private static let limit = all(Gen<Int>.int(1...50), Gen<Int>.int(1...10), Gen<Int>.int(0...3000)).map {
        Limit(rate: $0, burst: $1, patience: Int64($2))
    }

    /// When the calls go out that ask after these times, each after the one before.
    private static func starts(_ limit: Limit, _ gaps: [Int]) -> [Int64] {
        var limiter = CallLimiter(
            CallLimits(perEndpoint: limit.rate, total: 1_000_000, burst: limit.burst), patience: limit.patience)
        var now: Int64 = 0
        return gaps.compactMap { gap in
            now += Int64(gap)
            guard case .go(let wait, _) = limiter.admit("x", at: now) else { return nil }
            return now + wait
        }
    }

    @Test func rate() {
        property(
            "never more than rate times time and a burst", count: 2_000,
            both(Self.limit, Gen<Int>.int(0...120).list(0...60))
        ) {
            limit, gaps in
            let starts = Self.starts(limit, gaps)
            for (first, start) in starts.enumerated() {
                for (last, end) in starts.enumerated().dropFirst(first) {
                    // A start is rounded up to a whole millisecond.
                    let most = Double(limit.burst) + Double(end - start + 1) / 1000 * Double(limit.rate)
                    try demand(
                        Double(last - first + 1) <= most + 1e-6, "\(last - first + 1) calls from \(start) to \(end)")
                }
            }
        }
    }

    @Test func order() {
        property("who asks later goes later", both(Self.limit, Gen<Int>.int(0...120).list(0...60))) { limit, gaps in
            let starts = Self.starts(limit, gaps)
            try demandEqual(starts, starts.sorted())
        }
    }

    @Test func nothingIsWasted() {
        property("whoever keeps the rate never waits", both(Gen<Int>.int(1...50), Gen<Int>.int(1...100))) {
            rate, count in
            let gap = (1000 + rate - 1) / rate
            let starts = Self.starts(Limit(rate: rate, burst: 1, patience: 0), Array(repeating: gap, count: count))
            try demandEqual(starts.count, count)
        }
    }

    @Test func pauses() {
        property(
            "a pause that the provider asked for is kept, and the pace comes back",
            both(Self.limit, Gen<Int>.int(1...5000))
        ) {
            limit, pause in
            var limiter = CallLimiter(
                CallLimits(perEndpoint: limit.rate, total: 1_000_000, burst: limit.burst), patience: .max)
            _ = limiter.slowDown("x", for: Int64(pause), generation: 0, at: 10)
            guard case .go(let wait, _) = limiter.admit("x", at: 20) else {
                throw Falsified(description: "a call was refused")
            }
            try demand(20 + wait >= 10 + Int64(pause), "a call went out after \(wait) ms")
            // Half a minute later nothing is left of it.
            let later = Int64(pause) + 120_000
            for _ in 0..<limit.burst {
                guard case .go(0, _) = limiter.admit("x", at: later) else {
                    throw Falsified(description: "the burst is not back")
                }
            }
            guard case .go(let next, _) = limiter.admit("x", at: later) else {
                throw Falsified(description: "a call was refused")
            }
            try demandEqual(next, Int64((1000 / Double(limit.rate)).rounded(.up)))
        }
    }

    @Test("the limit of all endpoints together holds as well")
    func total() {
        var limiter = CallLimiter(CallLimits(perEndpoint: 10, total: 20, burst: 1), patience: 0)
        let admitted = (0..<3000).filter { now in
            guard case .go = limiter.admit(["a", "b", "c"][now % 3], at: Int64(now)) else { return false }
            return true
        }
        // Three endpoints could make 90 calls in three seconds; all together may make 60, and two at once before.
        #expect((58...62).contains(admitted.count))
    }

    @Test("several calls refused at once slow the rate down once")
    func oneNews() {
        var limiter = CallLimiter(CallLimits(perEndpoint: 10, total: 100, burst: 1), patience: .max)
        for _ in 0..<20 { _ = limiter.slowDown("x", for: 1000, generation: 0, at: 0) }
        #expect(limiter.circuit.state == .closed)
        // Who asks for less meanwhile does not take back what was asked for.
        _ = limiter.slowDown("x", for: 1, generation: 0, at: 500)
        // At half of the pace from the end of the pause on: one call each 200 ms.
        var waits: [Int64] = []
        for _ in 0..<3 {
            if case .go(let wait, _) = limiter.admit("x", at: 1000) { waits.append(wait) }
        }
        #expect(waits == [200, 400, 600])
    }
}
