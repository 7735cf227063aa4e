import Domain
import PropertySupport
import Testing

@Suite("A circuit opens when its provider fails, and finds out by few calls that it is back")
struct CircuitBreakerProperties {
    /// One thing that happens, some milliseconds after the one before.
    private enum Step: Sendable {
        case ask
        /// The call that was made first of those under way ends.
        case end(CircuitBreaker.Verdict)
    }

    private static let step = both(
        Gen<Int>.int(0...4000),
        Gen<Step>.one(of: [.ask, .end(.works), .end(.fails), .ask, .end(.fails), .end(.refuses)]))

    /// A circuit after these steps, the time, and what happened at each.
    private static func play(
        _ steps: [(Int, Step)],
        _ look: (CircuitBreaker, CircuitBreaker, Int64, Bool, Bool) throws -> Void = { _, _, _, _, _ in }
    ) throws -> (CircuitBreaker, Int64) {
        var circuit = CircuitBreaker()
        var now: Int64 = 0
        var underWay: [Int64] = []
        for (gap, step) in steps {
            now += Int64(gap)
            let before = circuit
            var (asked, wentOut) = (false, false)
            switch step {
            case .ask:
                asked = true
                if circuit.wait(at: now) == nil {
                    underWay.append(circuit.generation)
                    circuit.began()
                    wentOut = true
                }
            case .end(let verdict):
                if !underWay.isEmpty { _ = circuit.record(verdict, generation: underWay.removeFirst(), at: now) }
            }
            try look(before, circuit, now, asked, wentOut)
        }
        return (circuit, now)
    }

    @Test func open() {
        property("while it is open nothing goes out, and it stays open for 5 to 30 seconds", Self.step.list(0...60)) {
            steps in
            var openedAt: Int64?
            _ = try Self.play(steps) { before, after, now, asked, wentOut in
                if before.state != .open, after.state == .open { openedAt = now }
                guard before.state == .open, let since = openedAt else { return }
                if after.state == .open {
                    try demand(!wentOut, "a call went out")
                    // It is whoever asks that ends it.
                    try demand(!asked || now - since < CircuitBreaker.openings.upperBound, "open for \(now - since) ms")
                } else {
                    try demand(now - since >= CircuitBreaker.openings.lowerBound, "open for \(now - since) ms only")
                }
            }
        }
    }

    @Test func works() {
        property("a provider that works is called by everybody", Gen<Int>.int(0...4000).list(0...60)) { gaps in
            let (circuit, _) = try Self.play(gaps.flatMap { [($0, .ask), (0, .end(.works))] })
            try demandEqual(circuit.state, .closed)
        }
    }

    @Test func comesBack() {
        property("whatever was, it closes within a minute once the provider works", Self.step.list(0...60)) { steps in
            var (circuit, now) = try Self.play(steps)
            let start = now
            while circuit.state != .closed || now == start {
                try demand(now - start < 60_000, "still \(circuit.state) after a minute")
                if circuit.wait(at: now) == nil {
                    circuit.began()
                    _ = circuit.record(.works, generation: circuit.generation, at: now)
                }
                now += 50
            }
        }
    }

    @Test func flaky() {
        property("whatever was, it closes within two minutes also when every third call fails", Self.step.list(0...60))
        { steps in
            var (circuit, now) = try Self.play(steps)
            let start = now
            var calls = 0
            while circuit.state != .closed || now == start {
                try demand(now - start < 120_000, "still \(circuit.state) after two minutes and \(calls) calls")
                if circuit.wait(at: now) == nil {
                    circuit.began()
                    calls += 1
                    _ = circuit.record(calls % 3 == 0 ? .fails : .works, generation: circuit.generation, at: now)
                }
                now += 50
            }
        }
    }

    @Test("half of a stage of probing must work, and a refusal ends it")
    func probing() {
        for (failures, isOpen) in [(2, false), (3, true)] {
            var circuit = CircuitBreaker()
            _ = call(&circuit, .refuses, times: 1, at: 0)
            #expect(call(&circuit, .works, times: 1, at: 5_000) == 1)
            #expect(call(&circuit, .fails, times: failures, at: 5_000) == failures)
            #expect((circuit.state == .open) == isOpen)
            guard !isOpen else { continue }
            _ = call(&circuit, .works, times: 3, at: 5_000)
            #expect(circuit.allowance(at: 5_000) == 25)
            #expect(call(&circuit, .refuses, times: 1, at: 5_000) == 1)
            #expect(circuit.state == .open)
        }
    }

    @Test func restraint() {
        property(
            "a provider that fails for ten minutes is called a few dozen times", count: 200, Self.step.list(0...60)
        ) { steps in
            var (circuit, now) = try Self.play(steps)
            let start = now
            var calls = 0
            while now - start < 600_000 {
                if circuit.wait(at: now) == nil {
                    circuit.began()
                    calls += 1
                    _ = circuit.record(.fails, generation: circuit.generation, at: now)
                }
                now += 50
            }
            // Those until it opens, of which the last stage of probing takes the most: more than half of it. Then one
            // after 5, 10, 20 and each further 30 seconds.
            let untilItOpens = CircuitBreaker.stages.reduce(CircuitBreaker.row) { max($0, $1 / 2 + 1) }
            try demand(calls <= untilItOpens + 3 + 600 / 30, "\(calls) calls")
        }
    }

    @Test func old() {
        property(
            "what became of calls from before it opened changes nothing",
            both(Self.step.list(0...60), Gen<Int>.int(0...40_000))
        ) {
            steps, later in
            var (circuit, now) = try Self.play(steps)
            guard circuit.generation > 0 else { return }
            _ = circuit.wait(at: now + Int64(later))
            let before = circuit
            for verdict in CircuitBreaker.Verdict.allCases {
                _ = circuit.record(verdict, generation: circuit.generation - 1, at: now + Int64(later))
            }
            now += 1
            try demandEqual(circuit, before)
        }
    }

    /// Makes calls that all end alike, at once; returns how many went out.
    private func call(_ circuit: inout CircuitBreaker, _ verdict: CircuitBreaker.Verdict, times: Int, at now: Int64)
        -> Int
    {
        (0..<times).filter { _ in
            guard circuit.wait(at: now) == nil else { return false }
            circuit.began()
            _ = circuit.record(verdict, generation: circuit.generation, at: now)
            return true
        }.count
    }

    @Test("five failures in a row open it, half of ten calls do, and one refusal does")
    func opening() {
        var circuit = CircuitBreaker()
        #expect(call(&circuit, .fails, times: 9, at: 0) == 5)
        #expect(circuit.state == .open)

        circuit = CircuitBreaker()
        for _ in 0..<4 {
            #expect(call(&circuit, .works, times: 1, at: 20_000) + call(&circuit, .fails, times: 1, at: 20_000) == 2)
        }
        #expect(circuit.state == .closed)
        #expect(call(&circuit, .works, times: 1, at: 20_000) + call(&circuit, .fails, times: 1, at: 20_000) == 2)
        #expect(circuit.state == .open)

        circuit = CircuitBreaker()
        #expect(call(&circuit, .refuses, times: 2, at: 0) == 1)
    }

    @Test("half of few calls, or of calls long ago, do not open it")
    func tolerance() {
        var circuit = CircuitBreaker()
        for second in 0..<60 {
            #expect(call(&circuit, second % 2 == 0 ? .works : .fails, times: 1, at: Int64(second) * 2_000) == 1)
        }
        #expect(circuit.state == .closed)
    }

    @Test("it is open for 5, 10, 20 and then 30 seconds, and for 5 again once it was closed")
    func doubling() {
        var circuit = CircuitBreaker()
        var now: Int64 = 0
        var times: [Int64] = []
        _ = call(&circuit, .refuses, times: 1, at: now)
        for _ in 0..<5 {
            times.append(circuit.remaining(at: now))
            now += circuit.remaining(at: now)
            _ = call(&circuit, .fails, times: 1, at: now)
        }
        #expect(times == [5_000, 10_000, 20_000, 30_000, 30_000])
        now += circuit.remaining(at: now)
        // One, then five, then twenty-five that work close it.
        #expect(call(&circuit, .works, times: 30, at: now) == 30)
        #expect(circuit.state == .probing)
        #expect(call(&circuit, .works, times: 1, at: now) == 1)
        #expect(circuit.state == .closed)
        _ = call(&circuit, .refuses, times: 1, at: now)
        #expect(circuit.remaining(at: now) == 5_000)
    }

    @Test("when its time is over it says so before anybody has asked")
    func timeIsOver() {
        var circuit = CircuitBreaker()
        _ = call(&circuit, .refuses, times: 1, at: 0)
        #expect(circuit.state(at: 4_999) == .open && circuit.allowance(at: 4_999) == 0)
        #expect(circuit.state(at: 5_000) == .probing && circuit.allowance(at: 5_000) == 1)
    }

    @Test("probes that are never heard of again are replaced")
    func lostProbes() {
        var circuit = CircuitBreaker()
        _ = call(&circuit, .refuses, times: 1, at: 0)
        #expect(circuit.wait(at: 5_000) == nil)
        circuit.began()
        #expect(circuit.wait(at: 24_999) == CircuitBreaker.pause)
        #expect(circuit.wait(at: 25_000) == nil)
    }
}
