import Domain
import Foundation
import JobQueue
import Logging
import PropertySupport
import Redis
import TestSupport
import Testing

@testable import Storage

@Suite("All processes together keep a provider's limits, and see one circuit", .timeLimit(.minutes(1)))
struct CallGateTests {
    private static let logger = Logger(label: "calls", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Two connections, as of two processes, and a prefix of the test's own.
    private static func with(_ body: (RedisClient, RedisClient, String) async throws -> Void) async throws {
        let clients = try (0..<2).map { _ in
            RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: logger)
        }
        try await eventually("Redis is connected") { clients.allSatisfy(\.isConnected) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(clients[0], clients[1], "test-\(Order.ID())")) } catch {
            result = .failure(error)
        }
        for client in clients { await client.close() }
        try result.get()
    }

    private static func gate(
        _ limits: CallLimits, _ redis: RedisClient, _ prefix: String, patience: Duration = .seconds(3)
    )
        -> RedisCallGate
    {
        RedisCallGate(.payments, limits: limits, redis: redis, prefix: prefix, patience: patience, logger: logger)
    }

    private static func ticket(_ admission: Admission) throws -> CallTicket {
        guard case .go(let ticket, _) = admission else { throw Unexpected(what: "\(admission)") }
        return ticket
    }

    // MARK: The scripts follow the rules of the value type

    /// One thing that happens to both.
    private enum Step: Sendable {
        case ask(String)
        case end(CircuitBreaker.Verdict)
        case slowDown(Int64?)
    }

    private static let steps = both(
        // Many at once too, so that both limits count.
        Gen<Int>.one(of: [0, 0, 3, 40, 200, 700, 3000]),
        Gen<Step>.one(of: [
            .ask("a"), .end(.works), .ask("b"), .end(.fails), .ask("a"), .end(.works), .ask("b"), .slowDown(700),
            .ask("a"), .end(.fails),
            .slowDown(nil), .slowDown(50), .end(.refuses), .ask("a"), .end(.works), .end(.works), .ask("a"), .ask("b"),
        ])
    ).list(0...120)

    @Test("Redis decides as the rules do, step by step", arguments: 0..<24)
    func sameRules(_ number: Int) async throws {
        try await Self.with { redis, _, prefix in
            let seed = PropertySeed.ofRun &+ UInt64(number)
            var choices = Choices(seed: seed)
            let limits = CallLimits(
                perEndpoint: Gen<Int>.int(1...40).make(&choices), total: Gen<Int>.int(1...60).make(&choices),
                burst: Gen<Int>.int(1...6).make(&choices))
            let patience = Int64(Gen<Int>.int(0...1500).make(&choices))
            var rules = CallLimiter(limits, patience: patience)
            var now: Int64 = 1_780_000_000_000
            var underWay: [(endpoint: String, generation: Int64)] = []
            for (index, (gap, step)) in Self.steps.make(&choices).enumerated() {
                now += Int64(gap)
                let comment = Comment(rawValue: "seed \(seed), step \(index): \(step)")
                switch step {
                case .ask(let endpoint):
                    let expected = rules.admit(endpoint, at: now)
                    #expect(try await admit(endpoint, limits, patience, at: now, redis, prefix) == expected, comment)
                    if case .go(_, let generation) = expected { underWay.append((endpoint, generation)) }
                case .end, .slowDown:
                    guard !underWay.isEmpty else { continue }
                    let call = underWay.removeFirst()
                    let changed: Bool
                    var (word, pause) = ("slow", CallLimiter.slowDown)
                    if case .end(let verdict) = step {
                        word = verdict.rawValue
                        changed = rules.record(verdict, generation: call.generation, at: now)
                    } else if case .slowDown(let wish) = step {
                        pause = wish ?? pause
                        changed = rules.slowDown(call.endpoint, for: wish, generation: call.generation, at: now)
                    } else {
                        continue
                    }
                    #expect(try await report(word, pause, call, limits, at: now, redis, prefix) == changed, comment)
                }
                let circuit = try await look(at: now, redis, prefix)
                #expect(circuit.state == rules.circuit.state(at: now), comment)
                #expect(circuit.remaining == .milliseconds(rules.circuit.remaining(at: now)), comment)
                #expect(circuit.allowance == rules.circuit.allowance(at: now), comment)
            }
        }
    }

    private func admit(
        _ endpoint: String, _ limits: CallLimits, _ patience: Int64, at now: Int64, _ redis: RedisClient,
        _ prefix: String
    ) async throws -> CallLimiter.Answer {
        let keys = CallKeys(prefix: prefix, provider: .payments)
        let reply = try await redis.evaluate(
            CallGateScripts.admit, keys: [keys.endpoint(endpoint), keys.all, keys.circuit],
            arguments: [
                .init(limits.perEndpoint), .init(limits.burst), .init(limits.total), .init(limits.totalBurst),
                .init(patience), .init(now),
            ])
        let parts = try #require(reply.elements)
        let wait = Int64(try #require(parts[1].int))
        if let reason = parts[0].text.flatMap(Admission.Reason.init(rawValue:)) { return .wait(wait, reason) }
        return .go(after: wait, generation: Int64(try #require(parts[2].int)))
    }

    private func report(
        _ word: String, _ pause: Int64, _ call: (endpoint: String, generation: Int64), _ limits: CallLimits,
        at now: Int64,
        _ redis: RedisClient, _ prefix: String
    ) async throws -> Bool {
        let keys = CallKeys(prefix: prefix, provider: .payments)
        let reply = try await redis.evaluate(
            CallGateScripts.report, keys: [keys.endpoint(call.endpoint), keys.all, keys.circuit],
            arguments: [
                .init(word), .init(call.generation), .init(pause), .init(limits.perEndpoint), .init(limits.burst),
                "why", .init(now),
            ])
        return try #require(reply.elements)[0].int == 1
    }

    private func look(at now: Int64, _ redis: RedisClient, _ prefix: String) async throws -> CircuitStatus {
        try await ProviderCircuits(redis: redis, prefix: prefix).status(of: .payments, at: now)
    }

    // MARK: Together

    @Test("two processes that call as fast as they may keep one rate")
    func oneRate() async throws {
        try await Self.with { first, second, prefix in
            let limits = CallLimits(perEndpoint: 50, total: 1000, burst: 5)
            let began = ContinuousClock.now
            let starts = try await withThrowingTaskGroup(of: [Duration].self) { group in
                for redis in [first, second, first, second] {
                    group.addTask {
                        let gate = Self.gate(limits, redis, prefix)
                        var starts: [Duration] = []
                        for _ in 0..<25 {
                            guard case .go(let ticket, let wait) = await gate.admit("confirm") else {
                                throw Unexpected(what: "a refusal")
                            }
                            #expect(ticket.isShared)
                            try await Task.sleep(for: wait)
                            starts.append(ContinuousClock.now - began)
                        }
                        return starts
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }.sorted()
            }
            #expect(starts.count == 100)
            // Five at once, the others at 50 a second; who sleeps may oversleep, so only "too early" is wrong.
            for (index, start) in starts.enumerated() {
                #expect(Double(index + 1) <= 5 + start / .seconds(1) * 50 + 1.5, "call \(index) after \(start)")
            }
        }
    }

    @Test("a pause that the provider asks one process for is kept by all")
    func onePause() async throws {
        try await Self.with { first, second, prefix in
            let (one, other) = (
                Self.gate(CallLimits(), first, prefix), Self.gate(CallLimits(), second, prefix, patience: .seconds(1))
            )
            let ticket = try Self.ticket(await one.admit("create"))
            await one.report(.slowDown(.seconds(20)), of: "create", ticket)
            guard case .wait(let time, .turn) = await other.admit("create") else { throw Unexpected(what: "no wait") }
            #expect(time > .seconds(15) && time <= .seconds(21))
            guard case .closed = await other.allowance() else { throw Unexpected(what: "an open queue") }
            // Another endpoint is another limit.
            _ = try Self.ticket(await other.admit("confirm"))
        }
    }

    @Test("what one process finds broken is held back by all, seen by whoever looks, and tried a little at a time")
    func oneCircuit() async throws {
        try await Self.with { first, second, prefix in
            let (one, other) = (Self.gate(.none, first, prefix), Self.gate(.none, second, prefix))
            #expect(await other.allowance() == .open)
            for _ in 0..<CircuitBreaker.row {
                await one.report(.failed("answered 500"), of: "create", try Self.ticket(await one.admit("create")))
            }
            guard case .wait(let time, .circuit) = await other.admit("confirm") else {
                throw Unexpected(what: "no wait")
            }
            #expect(time > .seconds(3) && time <= .seconds(5))
            guard case .closed(let closed) = await other.allowance() else { throw Unexpected(what: "an open queue") }
            #expect(closed <= .seconds(5))
            let status = try await ProviderCircuits(redis: second, prefix: prefix).status(of: .payments)
            #expect(status.state == .open)
            #expect(status.reason == "answered 500")
            #expect(abs(try #require(status.since).timeIntervalSinceNow) < 3)
            #expect(try await ProviderCircuits(redis: second, prefix: prefix).status(of: .mail) == .closed)
            // Its time is over.
            _ = try await first.send(
                RedisCommand("HSET", .init(CallKeys(prefix: prefix, provider: .payments).circuit), "until", "1"))
            // Whoever would call finds that out without having asked: otherwise nobody would ever be the first.
            try await eventually("the gate lets one through") { await other.allowance() == .atMost(1) }
            let probe = try Self.ticket(await other.admit("confirm"))
            #expect(await other.allowance() == .atMost(1))
            guard case .wait(_, .circuit) = await one.admit("create") else { throw Unexpected(what: "a second probe") }
            await other.report(.answered, of: "confirm", probe)
            #expect(await other.allowance() == .atMost(5))
            for _ in 0..<30 { await one.report(.answered, of: "create", try Self.ticket(await one.admit("create"))) }
            try await eventually("all may call") { await one.allowance() == .open }
            #expect(try await ProviderCircuits(redis: second, prefix: prefix).status(of: .payments) == .closed)
        }
    }

    @Test("without Redis a process keeps half of the rate, and a circuit of its own")
    func alone() async throws {
        // Port 1 of the loopback: nobody listens there.
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: Self.logger)
        let gate = Self.gate(CallLimits(perEndpoint: 20, total: 100, burst: 4), redis, "none")
        var waits: [Duration] = []
        var tickets: [CallTicket] = []
        let began = ContinuousClock.now
        for _ in 0..<6 {
            guard case .go(let ticket, let wait) = await gate.admit("create") else {
                throw Unexpected(what: "a refusal")
            }
            waits.append(wait)
            tickets.append(ticket)
        }
        #expect(tickets.allSatisfy { !$0.isShared })
        #expect(waits[0] == .zero && waits[1] == .zero)
        // Ten a second from then on.
        #expect(waits[5] + (ContinuousClock.now - began) > .milliseconds(250) && waits[5] <= .milliseconds(400))
        for ticket in tickets { await gate.report(.failed("away"), of: "create", ticket) }
        guard case .wait(_, .circuit) = await gate.admit("create") else { throw Unexpected(what: "no wait") }
        guard case .closed = await gate.allowance() else { throw Unexpected(what: "an open queue") }
        await redis.close()
    }
}
