import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("What is set for a queue is in PostgreSQL, and Redis follows")
struct QueueSettingsTests {
    private func copy(_ engine: Engine, _ queue: QueueName = Task1.queue) async throws -> [String: String] {
        let parts =
            try await engine.redis.send(RedisCommand("HGETALL", .init(engine.keys(queue).settings))).elements?
            .compactMap(\.text) ?? []
        return Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: parts.count, by: 2).map { (parts[$0], parts[$0 + 1]) })
    }

    @Test("settings are stored, mirrored and shown")
    func settingsAreStoredMirroredAndShown() async throws {
        try await Engine.with { engine in
            let inspector = engine.inspector
            try await inspector.pause(Task1.queue)
            try await inspector.setConcurrency(7, of: Task1.queue)
            try await inspector.setRateLimit(RateLimit(perSecond: 2.5), of: Task1.queue)
            let status = try #require(try await inspector.queues().first { $0.queue == Task1.queue })
            #expect(
                status.settings
                    == QueueSettings(isPaused: true, concurrency: 7, rateLimit: RateLimit(perSecond: 2.5, burst: 3)))
            var fields = try await copy(engine)
            #expect(fields["paused"] == "1")
            #expect(fields["concurrency"] == "7")
            #expect(fields["rate"] == "2.5")
            #expect(fields["burst"] == "3")

            try await inspector.resume(Task1.queue)
            try await inspector.setConcurrency(nil, of: Task1.queue)
            try await inspector.setRateLimit(nil, of: Task1.queue)
            fields = try await copy(engine)
            #expect(Set(fields.keys) == ["version", "written"])
            #expect(try await inspector.queues().first { $0.queue == Task1.queue }?.settings == QueueSettings())
        }
    }

    @Test("a setting out of range becomes its bound")
    func whatIsOutOfRangeBecomesItsBound() async throws {
        try await Engine.with { engine in
            let set = try await engine.inspector.configure("new") {
                $0.concurrency = 0
                $0.rateLimit = RateLimit(perSecond: -1, burst: 0)
            }
            #expect(set == QueueSettings(concurrency: 1, rateLimit: RateLimit(perSecond: 0.001, burst: 1)))
            #expect(RateLimit(perSecond: .nan).perSecond == 0.001)
            #expect(RateLimit(perSecond: .infinity).burst == 1_000_000)
            #expect(RateLimit(perSecond: 0.5).burst == 1)
            // The queue is known from now on, and registering it changes nothing.
            try await engine.ledger.register(["new", "newer"])
            #expect(try await engine.inspector.queues().map(\.queue) == ["new", "newer", Task1.queue, Task2.queue])
            #expect(try await engine.ledger.queueSettings()["new"]?.settings == set)
        }
    }

    @Test("concurrent changes follow each other")
    func changesAtTheSameTimeFollowEachOther() async throws {
        try await Engine.with { engine in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await engine.inspector.configure(Task1.queue) { $0.concurrency = ($0.concurrency ?? 0) + 1 }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await engine.ledger.queueSettings()[Task1.queue]?.settings.concurrency == 20)
            // However their writes to Redis arrived, the last change is what stands there.
            #expect(try await copy(engine)["concurrency"] == "20")
        }
    }

    @Test("only settings that differ are written, and none that is older")
    func differencesOnly() async throws {
        try await Engine.with { engine in
            let mirror = QueueSettingsMirror(redis: engine.redis)
            let keys = engine.keys(Task1.queue)
            let before = try #require(try await engine.ledger.queueSettings()[Task1.queue])
            try await engine.inspector.pause(Task1.queue)
            // A sweep that had read before the pause comes after it.
            try await mirror.write([keys: before])
            #expect(try await copy(engine)["paused"] == "1")
            // PostgreSQL was set back by a fail-over a while ago.
            _ = try await engine.redis.send(RedisCommand("HSET", .init(keys.settings), .init("written"), .init(1)))
            try await mirror.write([keys: before])
            #expect(try await copy(engine)["paused"] == nil)
            _ = try await engine.redis.send(RedisCommand("HSET", .init(keys.settings), .init("written"), .init(1)))
            try await mirror.write([keys: before])
            #expect(try await copy(engine)["written"] == "1", "nothing differed")
        }
    }

    @Test("an emptied Redis does not open a paused queue")
    func emptiedRedis() async throws {
        let server = try await RedisServer.start()
        try await Engine.with(redisURL: server.url) { engine in
            let log = RunLog()
            try await engine.inspector.pause(Task1.queue)
            try await engine.withWorker(
                JobRegistry(Handler(Task1.self, log: log), Handler(Task2.self, log: log)),
                queues: [Task1.queue: 2, Task2.queue: 1]
            ) {
                _ = try await engine.redis.send(RedisCommand("FLUSHALL"))
                try await eventually("the settings are back") { try await copy(engine)["paused"] == "1" }
                let held = try await engine.enqueue(Task1())
                let other = try await engine.enqueue(Task2())
                _ = try await engine.waitUntil(other, is: .done)
                #expect(log.of(held).isEmpty)
                try await engine.inspector.resume(Task1.queue)
                _ = try await engine.waitUntil(held, is: .done)
            }
        }
    }
}
