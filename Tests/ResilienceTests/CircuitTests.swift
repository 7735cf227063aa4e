import PropertySupport
import Redis
import TestSupport
import Testing

@testable import Resilience

@Suite("A circuit opens when its provider fails, and finds out by few calls that it is back", .timeLimit(.minutes(2)))
struct CircuitTests {
    /// The circuit of one provider, with times of the test's own.
    private struct Circuit {
        let redis: RedisClient
        let keys: CallKeys
        let prefix: String
        var now: Int64 = 1_780_000_000_000

        /// Asks for a call at a time, and says how it ended at once. Nil when none may be made.
        func call(_ word: String) async throws -> (changed: Bool, state: String)? {
            guard let generation = try await admit() else { return nil }
            return try await report(word, generation)
        }

        /// The generation of the circuit when a call may be made.
        func admit() async throws -> Int? {
            let reply = try await redis.evaluate(
                CallScripts.admit, keys: [keys.endpoint("x"), keys.all, keys.circuit],
                arguments: ["1000000", "1000000", "1000000", "1000000", "0", .init(now)])
            let parts = try #require(reply.elements)
            return parts[0].text == "go" ? parts[2].int : nil
        }

        func report(_ word: String, _ generation: Int) async throws -> (changed: Bool, state: String) {
            let reply = try await redis.evaluate(
                CallScripts.report, keys: [keys.endpoint("x"), keys.all, keys.circuit],
                arguments: [.init(word), .init(generation), "1000", "1000000", "1000000", "why", .init(now)])
            let parts = try #require(reply.elements)
            return (parts[0].int == 1, try #require(parts[1].text))
        }

        func status() async throws -> CircuitStatus {
            try await CircuitReader(redis: redis, prefix: prefix).status(of: "x", at: now)
        }
    }

    private static func with(_ body: (inout Circuit) async throws -> Void) async throws {
        let redis = RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: quiet)
        let prefix = "test-\(UInt64.random(in: 0...UInt64.max))"
        var circuit = Circuit(redis: redis, keys: CallKeys(prefix: prefix, provider: "x"), prefix: prefix)
        let result: Result<Void, any Error>
        do { result = .success(try await body(&circuit)) } catch { result = .failure(error) }
        await redis.close()
        try result.get()
    }

    @Test("five failures in a row open it, as do half of ten calls, or one refusal")
    func opens() async throws {
        let mixed = Array(repeating: ["works", "fails"], count: 5).flatMap(\.self)
        for calls in [Array(repeating: "fails", count: 5), mixed, ["refuses"]] {
            try await Self.with { circuit in
                for word in calls.dropLast() { #expect(try await circuit.call(word)?.state == "closed", "\(calls)") }
                let last = try await circuit.call(try #require(calls.last))
                #expect(last?.changed == true && last?.state == "open", "\(calls)")
                #expect(try await circuit.call("works") == nil)
                let status = try await circuit.status()
                #expect(status.state == .open && status.remaining == .seconds(5) && status.reason == "why")
            }
        }
    }

    @Test("failures far apart do not, nor do calls that were made before it opened last")
    func staysClosed() async throws {
        try await Self.with { circuit in
            for _ in 0..<40 {
                #expect(try await circuit.call("works")?.state == "closed")
                #expect(try await circuit.call("works")?.state == "closed")
                #expect(try await circuit.call("fails")?.state == "closed")
                circuit.now += 700
            }
            let late = try #require(try await circuit.admit())
            _ = try await circuit.call("refuses")
            circuit.now += 5_000
            #expect(try await circuit.call("works")?.state == "probing")
            #expect(try await circuit.report("refuses", late).state == "probing")
        }
    }

    @Test("it closes in stages of 1, 5 and 25 calls, of which half must work")
    func stages() async throws {
        try await Self.with { circuit in
            _ = try await circuit.call("refuses")
            circuit.now += 5_000
            #expect(try await circuit.status().allowance == 1)
            let probe = try #require(try await circuit.admit())
            #expect(try await circuit.admit() == nil)
            #expect(try await circuit.report("works", probe).state == "probing")
            #expect(try await circuit.status().allowance == 5)
            for word in ["fails", "fails", "works", "works", "works"] { _ = try await circuit.call(word) }
            #expect(try await circuit.status().allowance == 25)
            for _ in 0..<24 { #expect(try await circuit.call("works")?.state == "probing") }
            let last = try await circuit.call("works")
            #expect(last?.state == "closed" && last?.changed == true)
            #expect(try await circuit.status() == .closed)
        }
    }

    @Test("each time that a stage fails it stays open for twice as long, up to half a minute")
    func opensLonger() async throws {
        try await Self.with { circuit in
            _ = try await circuit.call("refuses")
            for seconds: Int64 in [5, 10, 20, 30, 30] {
                #expect(try await circuit.status().remaining == .seconds(seconds))
                circuit.now += seconds * 1000
                #expect(try await circuit.call("fails")?.state == "open")
            }
        }
    }

    @Test("a probe that is never heard of is taken for lost, and another is sent")
    func lostProbe() async throws {
        try await Self.with { circuit in
            _ = try await circuit.call("refuses")
            circuit.now += 5_000
            _ = try #require(try await circuit.admit())
            circuit.now += CircuitRules.probeTime - 1
            #expect(try await circuit.admit() == nil)
            circuit.now += 1
            #expect(try await circuit.status().state == .probing)
            #expect(try await circuit.call("works")?.state == "probing")
            #expect(try await circuit.status().allowance == 5)
        }
    }

    @Test("in a quiet shop one call that has worked closes it after a while, whoever looks first")
    func quietShop() async throws {
        try await Self.with { circuit in
            _ = try await circuit.call("refuses")
            circuit.now += 5_000
            #expect(try await circuit.call("works")?.state == "probing")
            circuit.now += CircuitRules.probeTime - 1
            #expect(try await circuit.status().allowance == 5)
            circuit.now += 1
            #expect(try await circuit.status().allowance == 25)
            circuit.now += CircuitRules.probeTime
            #expect(try await circuit.status() == .closed)
            // What looks does not write; a call finds the same, and begins to count anew.
            for _ in 0..<4 { #expect(try await circuit.call("fails")?.state == "closed") }
            #expect(try await circuit.call("fails")?.state == "open")
            #expect(try await circuit.status().remaining == .seconds(5))
        }
    }

    @Test("one that has not worked does not close by waiting")
    func quietAndBroken() async throws {
        try await Self.with { circuit in
            _ = try await circuit.call("refuses")
            circuit.now += 3_600_000
            #expect(try await circuit.status().state == .probing)
            // The first probe is lost.
            _ = try #require(try await circuit.admit())
            circuit.now += 3_600_000
            #expect(try await circuit.status().allowance == 1)
            // Of the second stage, more fail than work.
            #expect(try await circuit.call("works")?.state == "probing")
            for word in ["works", "fails", "fails"] { _ = try await circuit.call(word) }
            circuit.now += 3_600_000
            #expect(try await circuit.status().allowance == 5)
        }
    }

    @Test("whatever was, it closes within a minute once the provider works", arguments: 0..<8)
    func comesBack(_ number: Int) async throws {
        try await Self.with { circuit in
            var random = SeededGenerator(seed: PropertySeed.ofRun &+ UInt64(number))
            for _ in 0..<60 {
                circuit.now += Int64.random(in: 0...4_000, using: &random)
                _ = try await circuit.call(["works", "fails", "fails", "refuses"].randomElement(using: &random) ?? "")
            }
            let start = circuit.now
            while try await circuit.status().state != .closed {
                #expect(circuit.now - start < 60_000)
                guard circuit.now - start < 60_000 else { break }
                _ = try await circuit.call("works")
                circuit.now += 100
            }
        }
    }

    @Test("a provider that fails for ten minutes is called a few dozen times")
    func restraint() async throws {
        try await Self.with { circuit in
            var calls = 0
            let start = circuit.now
            while circuit.now - start < 600_000 {
                if try await circuit.call("fails") != nil { calls += 1 }
                circuit.now += 500
            }
            // Five until it opens, then one after 5, 10, 20 and each further 30 seconds.
            #expect(calls <= 5 + 3 + 600 / 30)
        }
    }
}
