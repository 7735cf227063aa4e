import ConformanceWorker
import JobQueue
import Redis
import TestSupport
import Testing

@Suite("A Redis at its memory limit strands nothing")
struct FullRedisTests {
    @Test(
        "14 · maxmemory reached: enqueues fail or wait in the ledger, running jobs are acknowledged, none is stuck",
        .scenario(14))
    func memoryLimit() async throws {
        let server = try await RedisServer.start(["maxmemory-policy noeviction"])
        let count = Chaos.scale(200, full: 5000)
        try await Arena.with(redis: server) { arena in
            try await arena.inspector.pause(MainErrand.queue)
            _ = try await arena.startWorker()
            let before = try await arena.enqueue(count, Act(.effect, failures: 0))
            let failing = try await arena.enqueue(20, Act(.effect, failures: 2))
            try await arena.limitMemory(to: 1)
            await #expect(throws: RedisError.self, "what lives in Redis alone is refused, and its caller told") {
                try await arena.dispatcher.enqueueEphemeral(MainErrand(Act()))
            }
            let late = try await arena.enqueue(20, Act(.effect))
            try await arena.inspector.resume(MainErrand.queue)
            // Claims, acknowledgements and retries get through while Redis is full.
            try await arena.wait(for: before + failing)
            #expect(try await arena.waitingInRedis() == 0)
            #expect(try arena.history().runs.allSatisfy { !late.contains($0.job) }, "Redis could not take them")
            try await arena.limitMemory(to: 0)
            try await arena.wait(for: late)
            try await arena.waitUntilIdle()
            let loose = try await arena.dispatcher.enqueueEphemeral(MainErrand(Act()))
            try await eventually(within: .seconds(20), "jobs in Redis alone are taken again") {
                try arena.history().ended.contains(loose)
            }
            let history = try await arena.audit(before + failing + late)
            #expect(failing.allSatisfy { history.runs(of: $0).map(\.attempt) == [1, 2, 3] })
            ScenarioReport.did(
                """
                noeviction and a full memory while \(count + 20) jobs drain, 20 of them through two retries; \
                20 enqueued meanwhile
                """
            )
        }
    }
}

extension Arena {
    func limitMemory(to bytes: Int) async throws {
        _ = try await redis.send(RedisCommand("CONFIG", "SET", "maxmemory", .init(bytes)))
    }
}
