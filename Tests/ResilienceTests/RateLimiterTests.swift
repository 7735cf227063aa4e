import Foundation
import JobQueue
import PropertySupport
import Redis
import TestSupport
import Testing

@testable import Resilience

@Suite("All processes together keep a provider's limits, and see one circuit", .timeLimit(.minutes(1)))
struct RateLimiterTests {
    private static func limiter(
        _ limits: CallLimits, _ redis: RedisClient, _ prefix: String, patience: Duration = .seconds(3)
    )
        -> RedisRateLimiter
    {
        RedisRateLimiter("payments", limits: limits, redis: redis, prefix: prefix, patience: patience, logger: quiet)
    }

    private static func ticket(_ admission: Admission) throws -> CallTicket {
        guard case .go(let ticket, _) = admission else { throw Unexpected(what: "\(admission)") }
        return ticket
    }

    // MARK: Turns, by times of the test's own

    private func admit(_ endpoint: String, _ limits: CallLimits, at now: Int64, _ redis: RedisClient, _ prefix: String)
        async throws -> Int?
    {
        let keys = CallKeys(prefix: prefix, provider: "payments")
        let reply = try await redis.evaluate(
            CallScripts.admit, keys: [keys.endpoint(endpoint), keys.all, keys.circuit],
            arguments: [
                .init(limits.perEndpoint), .init(limits.burst), .init(limits.total), .init(limits.totalBurst), "3000",
                .init(now),
            ])
        let parts = try #require(reply.elements)
        return parts[0].text == "go" ? parts[1].int : nil
    }

    @Test("never more than rate times time and a burst, in the order in which they asked", arguments: 0..<8)
    func turns(_ number: Int) async throws {
        try await withTwoProcesses { redis, _, prefix in
            var random = SeededGenerator(seed: PropertySeed.ofRun &+ UInt64(number))
            let limits = CallLimits(
                perEndpoint: .random(in: 1...50, using: &random), total: 1_000_000,
                burst: .random(in: 1...10, using: &random))
            var now = 1_780_000_000_000
            var starts: [Int] = []
            for _ in 0..<80 {
                now += Int.random(in: 0...120, using: &random)
                if let wait = try await admit("x", limits, at: Int64(now), redis, prefix) { starts.append(now + wait) }
            }
            #expect(starts == starts.sorted())
            for (first, start) in starts.enumerated() {
                for (last, end) in starts.enumerated().dropFirst(first) {
                    // A start is rounded up to a whole millisecond.
                    let most = Double(limits.burst) + Double(end - start + 1) / 1000 * Double(limits.perEndpoint)
                    #expect(
                        Double(last - first + 1) <= most + 1e-6, "\(last - first + 1) calls from \(start) to \(end)")
                }
            }
        }
    }

    @Test("the limit of all endpoints together holds as well")
    func total() async throws {
        try await withTwoProcesses { redis, _, prefix in
            let limits = CallLimits(perEndpoint: 10, total: 20, burst: 1)
            var admitted: Set<Int> = []
            for call in 0..<300 {
                let now = 1_780_000_000_000 + call * 10
                guard let wait = try await admit(["a", "b", "c"][call % 3], limits, at: Int64(now), redis, prefix)
                else {
                    continue
                }
                if wait + call * 10 < 3000 { admitted.insert(call) }
            }
            // Three endpoints could make 90 calls in three seconds; all together may make 60, and two at once before.
            #expect((56...62).contains(admitted.count))
        }
    }

    // MARK: Together

    @Test("two processes that call as fast as they may keep one rate")
    func oneRate() async throws {
        try await withTwoProcesses { first, second, prefix in
            let limits = CallLimits(perEndpoint: 50, total: 1000, burst: 5)
            let began = ContinuousClock.now
            let starts = try await withThrowingTaskGroup(of: [Duration].self) { group in
                for redis in [first, second, first, second] {
                    group.addTask {
                        let limiter = Self.limiter(limits, redis, prefix)
                        var starts: [Duration] = []
                        for _ in 0..<25 {
                            guard case .go(let ticket, let wait) = await limiter.admit("confirm") else {
                                throw Unexpected(what: "a refusal")
                            }
                            #expect(ticket.isShared)
                            try await letTimePass(wait, because: "the limiter asks for it")
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
        try await withTwoProcesses { first, second, prefix in
            let (one, other) = (
                Self.limiter(CallLimits(), first, prefix),
                Self.limiter(CallLimits(), second, prefix, patience: .seconds(1))
            )
            let ticket = try Self.ticket(await one.admit("create"))
            await one.report(.slowDown(.seconds(20)), of: "create", ticket)
            guard case .wait(let time, .turn) = await other.admit("create") else { throw Unexpected(what: "no wait") }
            #expect(time > .seconds(15) && time <= .seconds(21))
            #expect(await other.closedFor() > .zero)
            // Another endpoint is another limit.
            _ = try Self.ticket(await other.admit("confirm"))
        }
    }

    @Test("what one process finds broken is held back by all, seen by whoever looks, and tried a little at a time")
    func oneCircuit() async throws {
        try await withTwoProcesses { first, second, prefix in
            let (one, other) = (Self.limiter(.none, first, prefix), Self.limiter(.none, second, prefix))
            #expect(await other.circuit() == .closed)
            for _ in 0..<CircuitRules.row {
                await one.report(.failed("answered 500"), of: "create", try Self.ticket(await one.admit("create")))
            }
            guard case .wait(let time, .circuit) = await other.admit("confirm") else {
                throw Unexpected(what: "no wait")
            }
            #expect(time > .seconds(3) && time <= .seconds(5))
            let closed = await other.closedFor()
            #expect(closed > .zero && closed <= .seconds(5))
            let status = try await CircuitReader(redis: second, prefix: prefix).status(of: "payments")
            #expect(status.state == .open)
            #expect(status.reason == "answered 500")
            #expect(abs(try #require(status.since).timeIntervalSinceNow) < 3)
            #expect(try await CircuitReader(redis: second, prefix: prefix).status(of: "email") == .closed)
            // Its time is over.
            _ = try await first.send(
                RedisCommand("HSET", .init(CallKeys(prefix: prefix, provider: "payments").circuit), "until", "1"))
            // Whoever would call finds that out without having asked: otherwise nobody would ever be the first.
            try await eventually("the limiter lets one through") { await other.circuit().allowance == 1 }
            let probe = try Self.ticket(await other.admit("confirm"))
            #expect(await other.circuit().allowance == 1)
            guard case .wait(_, .circuit) = await one.admit("create") else { throw Unexpected(what: "a second probe") }
            await other.report(.answered, of: "confirm", probe)
            #expect(await other.circuit().allowance == 5)
            for _ in 0..<30 { await one.report(.answered, of: "create", try Self.ticket(await one.admit("create"))) }
            try await eventually("all may call") { await one.circuit() == .closed }
            #expect(try await CircuitReader(redis: second, prefix: prefix).status(of: "payments") == .closed)
        }
    }

    @Test("without Redis a process keeps half of the rate, and no circuit")
    func alone() async throws {
        // Port 1 of the loopback: nobody listens there.
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: quiet)
        let limiter = Self.limiter(CallLimits(perEndpoint: 20, total: 100, burst: 4), redis, "none")
        var waits: [Duration] = []
        var tickets: [CallTicket] = []
        let began = ContinuousClock.now
        for _ in 0..<6 {
            guard case .go(let ticket, let wait) = await limiter.admit("create") else {
                throw Unexpected(what: "a refusal")
            }
            waits.append(wait)
            tickets.append(ticket)
        }
        #expect(tickets.allSatisfy { !$0.isShared })
        #expect(waits[0] == .zero && waits[1] == .zero)
        // Ten a second from then on.
        #expect(waits[5] + (ContinuousClock.now - began) > .milliseconds(250) && waits[5] <= .milliseconds(400))
        // There is no circuit without Redis: jobs fail one by one then, and their retries wait.
        for ticket in tickets { await limiter.report(.failed("away"), of: "create", ticket) }
        #expect(await limiter.circuit() == .closed)
        // A pause that the provider asks for is kept all the same.
        await limiter.report(.slowDown(.seconds(20)), of: "create", tickets[0])
        guard case .wait(let time, .turn) = await limiter.admit("create") else { throw Unexpected(what: "no wait") }
        #expect(time > .seconds(15) && time <= .seconds(21))
        #expect(await limiter.closedFor() > .zero)
        await redis.close()
    }

    @Test("a plain bucket tells a wait at any time, whatever pause a provider asked for")
    func buckets() {
        property("taking a token", all(Gen<Int64>.int64(), Gen<Int64>.int64(), Gen<Int64>.int64())) {
            start, pause, now in
            var bucket = TokenBucket(rate: 1, burst: 1, at: start)
            bucket.pause(pause, at: now)
            try demand(bucket.wait(at: now) >= 0, "a wait below zero")
            bucket.take(at: now)
            try demand(bucket.tokens(at: now) < 1, "a token out of nothing")
        }
    }
}

/// Something else than was asked for.
private struct Unexpected: Error {
    let what: String
}
