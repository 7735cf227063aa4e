import ConformanceWorker
import Foundation
import JobQueue
import Redis
import TestSupport
import Testing

@Suite("Redis may be restarted, emptied or replaced under load: durable jobs all finish, once")
struct RedisLossTests {
    private let perSecond = Chaos.scale(50, full: 200)
    private let seconds = Chaos.scale(4, full: 20)
    private var jobs: Int { perSecond * seconds }
    private var half: Duration { .milliseconds(seconds * 500) }

    @Test("13 · Redis killed and restarted under load", .scenario(13))
    func restart() async throws {
        let server = try await RedisServer.start(["appendonly yes", "appendfsync everysec"])
        try await Arena.with(redis: server) { arena in
            for _ in 0..<2 { _ = try await arena.startWorker() }
            let load = try Load(arena, jobs: jobs, perSecond: perSecond)
            try await letTimePass(half, because: "Redis is lost amid the load")
            try await server.restart()
            try await check(load, arena)
            ScenarioReport.did("SIGKILL and restart of Redis (AOF everysec) amid \(perSecond) jobs/s")
        }
    }

    @Test("13 · FLUSHALL under load", .scenario(13))
    func flush() async throws {
        let server = try await RedisServer.start()
        try await Arena.with(redis: server) { arena in
            for _ in 0..<2 { _ = try await arena.startWorker() }
            // Due when all has long been forgotten.
            let later = try await arena.enqueue(
                Array(repeating: MainErrand(Act(.effect)), count: 20),
                runAt: .now.addingTimeInterval(Double(self.seconds)))
            let load = try Load(arena, jobs: jobs, perSecond: perSecond)
            try await letTimePass(half, because: "Redis is lost amid the load")
            // They have been started under epochs of the former Redis and start again under those of the emptied one.
            let retried = try await arena.enqueue(20, Act(.effect, sleep: 50, failures: 2))
            try await arena.waitForStarts(20, of: Set(retried))
            _ = try await arena.redis.send(RedisCommand("FLUSHALL"))
            let flushed = MachineTime.monotonic
            try await check(load, arena)
            try await arena.wait(for: later)
            // The jobs that only Redis knew of waiting, and the delayed ones, came back from the ledger.
            let recovered = try arena.history().runs.map(\.start).max() ?? flushed
            #expect(recovered - flushed < 60_000_000 + Int64(self.seconds) * 1_000_000)
            ScenarioReport.did("FLUSHALL amid \(perSecond) jobs/s, 20 delayed jobs waiting")
        }
    }

    @Test("13 · fail-over to a replica that misses the last 500 ms", .scenario(13))
    func failover() async throws {
        let primary = try await RedisServer.start()
        let replication = try TCPProxy(to: primary.port)
        let replica = try await RedisServer.start([
            "replicaof 127.0.0.1 \(replication.port)", "repl-diskless-sync-delay 0",
        ])
        let entrance = try TCPProxy(to: primary.port)
        // The arena looks where the replica is: that is the one that stays.
        try await Arena.with(redis: replica) { arena in
            try await eventually(within: .seconds(20), "the replica follows") {
                try await arena.redis.send(RedisCommand("INFO", "replication")).text?.contains("master_link_status:up")
                    == true
            }
            for _ in 0..<2 { _ = try await arena.startWorker { $0.redisProxy = entrance } }
            let load = try Load(arena, jobs: jobs, perSecond: perSecond, redisProxy: entrance)
            try await letTimePass(half, because: "Redis is lost amid the load")
            replication.pause()
            try await letTimePass(.milliseconds(500), because: "the replica misses the last 500 ms")
            entrance.refuse()
            try await primary.kill()
            _ = try await arena.redis.send(RedisCommand("REPLICAOF", "NO", "ONE"))
            entrance.redirect(to: replica.port)
            entrance.accept()
            try await check(load, arena)
            ScenarioReport.did(
                "a replica that heard nothing for 500 ms promoted, the primary killed, amid \(perSecond) jobs/s")
        }
    }

    private func check(_ load: Load, _ arena: Arena) async throws {
        let began = MachineTime.monotonic
        let done = try await load.finish(within: .seconds(120))
        #expect(done.count >= jobs)
        try await arena.waitUntilIdle(within: .seconds(40))
        let history = try await arena.audit(done)
        let last = history.runs.compactMap(\.finish).max() ?? began
        ScenarioReport.figure("all done after", ConformanceTests.seconds(last - began))
    }
}
