import Domain
import Foundation
import Observability
import Redis
import Resilience
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("While a provider is away, what fails because of it uses up no attempt", .timeLimit(.minutes(1)))
struct OutageInterceptorTests {
    /// A limiter of a provider that no other test knows.
    private static func with(_ body: (RedisRateLimiter, Shop) async throws -> Void) async throws {
        try await Shop.with { shop in
            let redis = RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: shop.logger)
            try await eventually("Redis is connected") { redis.isConnected }
            let prefix = "test-\(UInt64.random(in: 0...UInt64.max))"
            try await body(
                RedisRateLimiter("payments", limits: .none, redis: redis, prefix: prefix, logger: shop.logger), shop)
            await redis.close()
        }
    }

    private func open(_ limiter: RedisRateLimiter) async throws {
        guard case .go(let ticket, _) = await limiter.admit("create") else {
            throw Unexpected(what: "a closed limiter")
        }
        await limiter.report(.refused("no such key"), of: "create", ticket)
    }

    /// What becomes of a failure in a queue whose provider is the limiter's.
    private func outcome(
        of failure: JobFailure, queue: QueueName = "checkout", _ limiter: RedisRateLimiter, _ shop: Shop
    )
        async -> JobFailure?
    {
        let context = JobContext.firstAttempt(of: "x", in: queue, logger: shop.logger)
        do {
            try await OutageInterceptor(limiters: ["checkout": limiter]).intercept(context) { throw failure }
            return nil
        } catch {
            return error as? JobFailure
        }
    }

    @Test("only what fails because of the outage uses no attempt")
    func onlyWhatFailsBecauseOfIt() async throws {
        try await Self.with { limiter, shop in
            let failure = JobFailure.transient("answered 500")
            #expect(await outcome(of: failure, limiter, shop) == failure)
            try await open(limiter)
            guard case .snooze(let time, "answered 500") = await outcome(of: failure, limiter, shop) else {
                throw Unexpected(what: "an attempt was used up")
            }
            #expect(time > .seconds(4) && time <= .seconds(7))
            // Jobs of other queues, and what no waiting helps, stay what they are.
            #expect(await outcome(of: failure, queue: "cache", limiter, shop) == failure)
            let final = JobFailure.permanent(code: "bug", "a bug")
            #expect(await outcome(of: final, limiter, shop) == final)
        }
    }

    @Test("the state of the circuit stands in the metrics")
    func gauge() async throws {
        try await Self.with { limiter, shop in
            let registry = PrometheusRegistry()
            let gauge = CircuitGauge(limiters: [limiter], interval: .seconds(1), logger: shop.logger, metrics: registry)
            await gauge.measure(limiter)
            #expect(await registry.exposition().contains(#"provider_circuit_open{provider="payments"} 0"#))
            try await open(limiter)
            await gauge.measure(limiter)
            #expect(await registry.exposition().contains(#"provider_circuit_open{provider="payments"} 1"#))
        }
    }

    @Test("a call that waits for its turn sends its job back into the queue, some of them a little later than others")
    func unavailable() {
        let failure = PaymentFailure.unavailable(retryAfter: .seconds(3), .circuit)
        var times: Set<Duration> = []
        for _ in 0..<20 {
            guard case .snooze(let time, failure.description) = failure.jobFailure else {
                Issue.record("\(failure.jobFailure)")
                return
            }
            #expect(time >= .seconds(3) && time <= .seconds(5))
            times.insert(time)
        }
        #expect(times.count > 1)
    }
}
