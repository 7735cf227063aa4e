import Domain
import Foundation
import Logging
import PropertySupport
import Redis
import TestSupport
import Testing

@testable import Storage

@Suite("All processes together keep a client's limits, and each by itself without Redis", .timeLimit(.minutes(1)))
struct RequestLimiterTests {
    private static let logger = Logger(label: "limits", factory: { _ in SwiftLogNoOpLogHandler() })

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

    private static func limiter(_ limits: [RequestClass: RequestLimit], _ redis: RedisClient, _ prefix: String)
        -> RequestLimiter
    {
        RequestLimiter(limits: RequestLimits(limits), redis: redis, prefix: prefix, logger: logger)
    }

    private static func admitted(_ limiter: RequestLimiter, _ kind: RequestClass, _ client: String, times: Int) async
        -> Int
    {
        var count = 0
        for _ in 0..<times where await limiter.admit(kind, client)?.isAdmitted ?? true { count += 1 }
        return count
    }

    @Test("Redis counts as the rules do, request by request", arguments: 0..<24)
    func sameRules(_ number: Int) async throws {
        try await Self.with { redis, _, prefix in
            let seed = PropertySeed.ofRun &+ UInt64(number)
            var random = SeededGenerator(seed: seed)
            let limit = RequestLimit(.random(in: 1...80, using: &random), per: .random(in: 1...900, using: &random))
            var rules = SlidingWindow()
            var now: Int64 = 1_780_000_000_000
            for step in 0..<150 {
                let typical = Int64(limit.seconds) * 1000 / Int64(limit.count)
                now += Int64.random(
                    in: 0...[typical, typical * 4, Int64(limit.seconds) * 2500].randomElement(using: &random)!,
                    using: &random)
                let wanted = Int.random(in: 1...3, using: &random)
                let reply = try await redis.evaluate(
                    RequestLimitScripts.take, keys: ["\(prefix):limit"],
                    arguments: [.init(limit.count), .init(limit.seconds * 1000), .init(wanted), .init(now)])
                let expected = rules.take(wanted, of: limit, at: now)
                let expectedReply = [expected.granted, expected.left, Int(expected.wait), Int(expected.resets)]
                #expect(reply.elements?.compactMap(\.int) == expectedReply, "seed \(seed), step \(step)")
            }
        }
    }

    @Test("two processes share a client's limit, and other clients and classes have their own")
    func shared() async throws {
        try await Self.with { first, second, prefix in
            let limits: [RequestClass: RequestLimit] = [
                .checkout: RequestLimit(10, per: 3600), .login: RequestLimit(10, per: 3600),
            ]
            let one = Self.limiter(limits, first, prefix)
            let two = Self.limiter(limits, second, prefix)
            #expect(
                await Self.admitted(one, .checkout, "a", times: 6) + Self.admitted(two, .checkout, "a", times: 20) == 10
            )
            #expect(await Self.admitted(one, .checkout, "a", times: 5) == 0)
            #expect(await Self.admitted(two, .checkout, "b", times: 20) == 10)
            #expect(await Self.admitted(two, .login, "a", times: 20) == 10)
            #expect(await Self.admitted(two, .read, "a", times: 20) == 20)
        }
    }

    @Test("what processes take ahead is never more than the limit in all, and little less")
    func ahead() async throws {
        try await Self.with { first, second, prefix in
            let limits: [RequestClass: RequestLimit] = [.read: RequestLimit(500, per: 3600)]
            let one = Self.limiter(limits, first, prefix)
            let two = Self.limiter(limits, second, prefix)
            var count = 0
            for _ in 0..<400 {
                count += await Self.admitted(one, .read, "a", times: 1)
                count += await Self.admitted(two, .read, "a", times: 1)
            }
            #expect((480...500).contains(count))
        }
    }

    @Test("who is refused is told when to come again, and how many are left before that")
    func verdicts() async throws {
        try await Self.with { redis, _, prefix in
            let limiter = Self.limiter([.login: RequestLimit(3, per: 60)], redis, prefix)
            var left: [Int] = []
            for _ in 0..<3 { left.append(try #require(await limiter.admit(.login, "a")).left) }
            #expect(left == [2, 1, 0])
            let refused = try #require(await limiter.admit(.login, "a"))
            #expect(!refused.isAdmitted)
            // A third of the window has to fade at the least.
            #expect((15...120).contains(refused.seconds))
            await limiter.forgive(.login, "a")
            #expect(try #require(await limiter.admit(.login, "a")).isAdmitted)
        }
    }

    @Test("without Redis reads go on, and logins, registrations and checkouts are limited in the process")
    func alone() async throws {
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: Self.logger)
        let limit = RequestLimit(5, per: 3600)
        let limiter = Self.limiter(
            Dictionary(uniqueKeysWithValues: RequestClass.allCases.map { ($0, limit) }), redis, "test")
        for kind in RequestClass.allCases {
            let free: Set<RequestClass> = [.read, .webhook, .admin]
            #expect(await Self.admitted(limiter, kind, "a", times: 20) == (free.contains(kind) ? 20 : 5), "\(kind)")
        }
        await redis.close()
    }

    @Test("however many clients come, little is remembered of them")
    func bounded() async throws {
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: Self.logger)
        let limiter = Self.limiter([.login: RequestLimit(5, per: 3600)], redis, "test")
        #expect(await Self.admitted(limiter, .login, "first", times: 6) == 5)
        for client in 0..<50_000 { #expect(await limiter.admit(.login, "\(client)")?.isAdmitted == true) }
        // Whoever came before so many others is a new client.
        #expect(await Self.admitted(limiter, .login, "first", times: 6) == 5)
        await redis.close()
    }
}
