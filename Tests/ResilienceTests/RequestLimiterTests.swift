import Foundation
import PropertySupport
import Redis
import TestSupport
import Testing

@testable import Resilience

@Suite("All processes together keep a client's limits, and each by itself without Redis", .timeLimit(.minutes(1)))
struct RequestLimiterTests {
    private static func limiter(_ limits: [RequestClass: RequestLimit], _ redis: RedisClient, _ prefix: String)
        -> RequestLimiter
    {
        RequestLimiter(limits: RequestLimits(limits), redis: redis, prefix: prefix, logger: quiet)
    }

    private static func admitted(_ limiter: RequestLimiter, _ kind: RequestClass, _ client: String, times: Int) async
        -> Int
    {
        var count = 0
        for _ in 0..<times where await limiter.admit(kind, client)?.isAdmitted ?? true { count += 1 }
        return count
    }

    // MARK: The window, by times of the test's own

    /// What a client is given: [how many, how many are left, ms to wait, ms until the stretch ends].
    private static func take(
        _ wanted: Int = 1, of limit: RequestLimit, at now: Int64, _ redis: RedisClient, _ key: String
    ) async throws -> [Int] {
        let reply = try await redis.evaluate(
            RequestLimitScripts.take, keys: [key],
            arguments: [.init(limit.count), .init(limit.seconds * 1000), .init(wanted), .init(now)])
        return try #require(reply.elements).compactMap(\.int)
    }

    private static func granted(
        _ wanted: Int, of limit: RequestLimit, at now: Int64, _ redis: RedisClient, _ key: String
    ) async throws -> Int {
        try await take(wanted, of: limit, at: now, redis, key)[0]
    }

    @Test("at the turn of a stretch, what was just used still counts, and a clock that goes back opens no gate")
    func turn() async throws {
        try await withTwoProcesses { redis, _, prefix async throws in
            let limit = RequestLimit(100, per: 10)
            #expect(try await Self.granted(100, of: limit, at: 9_999, redis, prefix) == 100)
            #expect(try await Self.granted(100, of: limit, at: 10_001, redis, prefix) == 0)
            #expect(try await Self.granted(100, of: limit, at: 15_000, redis, prefix) == 50)
            #expect(try await Self.granted(1, of: limit, at: 10, redis, prefix) == 0)
        }
    }

    @Test(
        "whoever waits as long as was said is let in, and in no window passes much more than the limit",
        arguments: 0..<8)
    func window(_ number: Int) async throws {
        try await withTwoProcesses { redis, _, prefix in
            var random = SeededGenerator(seed: PropertySeed.ofRun &+ UInt64(number))
            let limit = RequestLimit(.random(in: 1...60, using: &random), per: .random(in: 1...900, using: &random))
            var now = Int64.random(in: 0...2_000_000_000_000, using: &random)
            var passed: [Int64] = []
            for _ in 0..<200 {
                now += Int64.random(in: 0...Int64(limit.seconds) * 1500 / Int64(limit.count), using: &random)
                var taken = try await Self.take(of: limit, at: now, redis, prefix)
                #expect((0...limit.count).contains(taken[1]))
                if taken[0] == 0 {
                    #expect((1...limit.seconds * 2000).contains(taken[2]))
                    // A count of the machine's numbers may round the last millisecond away.
                    now += Int64(taken[2]) + 1
                    taken = try await Self.take(of: limit, at: now, redis, prefix)
                    #expect(taken[0] == 1)
                }
                passed.append(now)
            }
            for (index, start) in passed.enumerated() {
                let inside = passed[index...].prefix { $0 < start + Int64(limit.seconds) * 1000 }.count
                #expect(inside <= limit.count * 3 / 2 + 1)
            }
        }
    }

    @Test("two processes share a client's limit, and other clients and classes have their own")
    func shared() async throws {
        try await withTwoProcesses { first, second, prefix in
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
        try await withTwoProcesses { first, second, prefix in
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
        try await withTwoProcesses { redis, _, prefix in
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
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: quiet)
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
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: quiet)
        let limiter = Self.limiter([.login: RequestLimit(5, per: 3600)], redis, "test")
        #expect(await Self.admitted(limiter, .login, "first", times: 6) == 5)
        for client in 0..<50_000 { #expect(await limiter.admit(.login, "\(client)")?.isAdmitted == true) }
        // Whoever came before so many others is a new client.
        #expect(await Self.admitted(limiter, .login, "first", times: 6) == 5)
        await redis.close()
    }

    // MARK: Settings

    @Test(
        "limits are read as they are written",
        arguments: [
            ("60/min", 60, 60), ("5/s", 5, 1), ("20/hour", 20, 3600), ("10/day", 10, 86_400), ("10/15min", 10, 900),
            ("1000000/1s", 1_000_000, 1),
        ])
    func read(text: String, count: Int, seconds: Int) {
        #expect(RequestLimit(text) == RequestLimit(count, per: seconds))
    }

    @Test(
        "slips are found",
        arguments: [
            "", "60", "60/", "/min", "0/min", "60/0min", "60/min/s", "60/minute", "-1/min", "1000001/s", "60/2day",
            "1e3/s", "٣/min",
            "60 /min",
            "99999999999999999999/s", "5/99999999999999999999s", "+5/s",
        ])
    func slips(text: String) {
        #expect(RequestLimit(text) == nil)
    }

    @Test("what is not named keeps its standard")
    func settings() throws {
        let limits = try #require(RequestLimits("checkout=60/min,read=off"))
        #expect(limits[.checkout] == RequestLimit(60, per: 60))
        #expect(limits[.read] == nil)
        #expect(limits[.login] == RequestLimits.standard[.login])
        #expect(RequestLimits("off") == .off)
        for text in [
            "checkout", "checkout=", "checkout=60/min,checkout=5/s", "tea=5/s", "off,read=off", "checkout=60/min,",
            " checkout=60/min",
        ] {
            #expect(RequestLimits(text) == nil)
        }
    }
}
