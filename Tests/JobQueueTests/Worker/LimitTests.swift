import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("A queue keeps the limits that are set for it")
struct LimitTests {
    @Test("the rate limit is shared by all processes, and a burst goes at once")
    func rate() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            try await engine.inspector.setRateLimit(RateLimit(perSecond: 20, burst: 5), of: Task1.queue)
            let registry = JobRegistry(Handler(Task1.self, log: log))
            let began = Date()
            try await engine.withWorker(registry, queues: [Task1.queue: 50]) {
                try await engine.withWorker(registry, queues: [Task1.queue: 50]) {
                    try await engine.dispatcher.enqueueEphemeral((0..<45).map { Task1(text: "\($0)") })
                    try await eventually(within: .seconds(20), "all ran") { log.all.count == 45 }
                }
            }
            // 5 at once, 40 more at 20 a second.
            let last = try #require(log.all.map(\.at).max())
            #expect(last.timeIntervalSince(began) >= 1.95)
            for run in log.all {
                let passed = run.at.timeIntervalSince(began)
                #expect(Double(log.all.filter { $0.at <= run.at }.count) <= 5 + 20 * passed + 1)
            }
        }
    }

    @Test("a concurrency set while workers run holds from the next claim on, and ends with the setting")
    func concurrency() async throws {
        try await Engine.with { engine in
            let overlap = Overlap()
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in try await overlap.work() }
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 8]) {
                try await engine.dispatcher.enqueueEphemeral((0..<80).map { _ in Task1() })
                try await eventually("eight at once") { overlap.most == 8 }
                try await engine.inspector.setConcurrency(2, of: Task1.queue)
                // What was claimed before, at most twice the slots, runs as it was claimed.
                let claimed = log.all.count + 16
                try await eventually("what was claimed before has run") { log.all.count >= claimed }
                try await eventually("two at once") { overlap.now <= 2 }
                overlap.forget()
                let before = log.all.count
                try await eventually("twenty more ran") { log.all.count >= before + 20 }
                #expect(overlap.most <= 2)
                try await engine.inspector.setConcurrency(nil, of: Task1.queue)
                try await engine.dispatcher.enqueueEphemeral((0..<80).map { _ in Task1() })
                try await eventually("eight at once again") { overlap.most == 8 }
            }
        }
    }

    @Test("a full list refuses ephemeral jobs; durable ones wait in the ledger and run")
    func bounds() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let bounded = JobDispatcher(
                redis: engine.redis, prefix: engine.prefix, bounds: [Task1.queue: 10], logger: engine.logger)
            try await bounded.enqueueEphemeral((0..<9).map { Task1(text: "\($0)") })
            let refusal = QueueFull(queue: Task1.queue, bound: 10)
            await #expect(throws: refusal) { try await bounded.enqueueEphemeral([Task1(), Task1()]) }
            try await bounded.enqueueEphemeral(Task1(text: "last"))
            await #expect(throws: refusal) { try await bounded.enqueueEphemeral(Task1()) }
            let key = try UniqueKey("k", until: .finished)
            await #expect(throws: refusal) { try await bounded.enqueueEphemeral(Task1(), unique: key) }
            let durable = try JobLedger.insertion(of: Task1(text: "durable"))
            try await engine.database.execute(durable.statement)
            await bounded.push([durable])
            #expect(try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task1.queue).ready))).int == 10)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 5]) {
                _ = try await engine.waitUntil(durable.id, is: .done)
            }
            #expect(log.all.count == 11)
        }
    }

    @Test("payloads beyond 64 KiB are refused with their size")
    func payloads() async throws {
        try await Engine.with { engine in
            let large = Task1(text: String(repeating: "x", count: 70_000))
            await #expect(throws: JobPayloadError.self) { try await engine.dispatcher.enqueueEphemeral(large) }
            #expect(throws: JobPayloadError.self) { try JobLedger.insertion(of: large) }
        }
    }
}
