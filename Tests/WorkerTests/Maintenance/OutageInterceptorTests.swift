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
    /// A gate of a provider that no other test knows.
    private static func with(_ body: (RedisCallGate, Shop) async throws -> Void) async throws {
        try await Shop.with { shop in
            let redis = RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: shop.logger)
            try await eventually("Redis is connected") { redis.isConnected }
            let prefix = "test-\(UInt64.random(in: 0...UInt64.max))"
            try await body(
                RedisCallGate("payments", limits: .none, redis: redis, prefix: prefix, logger: shop.logger), shop)
            await redis.close()
        }
    }

    private func open(_ gate: RedisCallGate) async throws {
        guard case .go(let ticket, _) = await gate.admit("create") else { throw Unexpected(what: "a closed gate") }
        await gate.report(.refused("no such key"), of: "create", ticket)
    }

    /// What becomes of a failure in a queue whose provider is the gate's.
    private func outcome(of failure: JobFailure, queue: QueueName = "checkout", _ gate: RedisCallGate, _ shop: Shop)
        async -> JobFailure?
    {
        let context = JobContext.firstAttempt(of: "x", in: queue, logger: shop.logger)
        do {
            try await OutageInterceptor(gates: ["checkout": gate]).intercept(context) { throw failure }
            return nil
        } catch {
            return error as? JobFailure
        }
    }

    @Test("only what fails because of the outage uses no attempt")
    func onlyWhatFailsBecauseOfIt() async throws {
        try await Self.with { gate, shop in
            let failure = JobFailure.transient("answered 500")
            #expect(await outcome(of: failure, gate, shop) == failure)
            try await open(gate)
            guard case .snooze(let time, "answered 500") = await outcome(of: failure, gate, shop) else {
                throw Unexpected(what: "an attempt was used up")
            }
            #expect(time > .seconds(4) && time <= .seconds(7))
            // Jobs of other queues, and what no waiting helps, stay what they are.
            #expect(await outcome(of: failure, queue: "cache", gate, shop) == failure)
            let final = JobFailure.permanent(code: "bug", "a bug")
            #expect(await outcome(of: final, gate, shop) == final)
        }
    }

    @Test("the state of the circuit stands in the metrics")
    func gauge() async throws {
        try await Self.with { gate, shop in
            let registry = PrometheusRegistry()
            let gauge = CircuitGauge(gates: [gate], interval: .seconds(1), logger: shop.logger, metrics: registry)
            await gauge.measure(gate)
            #expect(await registry.exposition().contains(#"provider_circuit_open{provider="payments"} 0"#))
            try await open(gate)
            await gauge.measure(gate)
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
