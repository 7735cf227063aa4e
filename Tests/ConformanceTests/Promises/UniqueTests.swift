import ConformanceWorker
import JobQueue
import Postgres
import Redis
import TestSupport
import Testing

@Suite("A unique key is held by one job, and never forgotten")
struct UniqueTests {
    @Test(
        "24 · a hundred concurrent enqueues of one key make one job; the key is free after each of its four ends",
        .scenario(24))
    func oneAtATime() async throws {
        try await Arena.with { arena in
            try await arena.inspector.pause(MainErrand.queue)
            let first = try await crowd(arena, MainErrand(Act(.effect)))
            // Given up while it waits.
            try await arena.inspector.discard(first)
            let second = try await crowd(arena, MainErrand(Act(.effect)))
            var worker = try await arena.startWorker()
            try await arena.inspector.resume(MainErrand.queue)
            try await arena.wait(for: [second])
            // From here on each runs for longer than its crowd takes to be refused. Fails for good.
            let third = try await crowd(arena, MainErrand(Act(.permanent, sleep: 1000)))
            try await arena.wait(for: [third], in: [.dead])
            // Kills its process, runs again, and holds the key all the while.
            let fourth = try await crowd(arena, MainErrand(Act(.death, sleep: 1000), Act(.effect, sleep: 1000)))
            try await worker.waitForExit()
            #expect(try await arena.enqueueUnique(MainErrand(Act(.effect))) == nil)
            try await arena.hurryLapse(of: worker)
            worker = try await arena.startWorker()
            try await arena.wait(for: [fourth])
            let fifth = try await crowd(arena, MainErrand(Act(.effect, sleep: 1000)))
            try await arena.wait(for: [fifth])
            #expect(try await arena.keysHeld() == 0)
            try await arena.audit([second, fourth, fifth])
            ScenarioReport.did(
                "5 × 100 concurrent enqueues of one key, which success, failure, discard and a crash set free")
        }
    }

    @Test("24 · the same for jobs that live in Redis alone", .scenario(24))
    func oneAtATimeInRedis() async throws {
        try await Arena.with { arena in
            var worker = try await arena.startWorker()
            var ids: [JobID] = []
            for acts in [
                [Act(sleep: 300)], [Act(.permanent, sleep: 300)], [Act(.death, sleep: 300), Act(sleep: 300)],
                [Act(sleep: 300)],
            ] {
                let enqueued = try await withThrowingTaskGroup(of: EphemeralEnqueuing.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            try await arena.dispatcher.enqueueEphemeral(
                                MainErrand(acts: acts), unique: try UniqueKey("one", until: .finished))
                        }
                    }
                    return try await group.reduce(into: [EphemeralEnqueuing]()) { $0.append($1) }
                }
                #expect(enqueued.count(where: \.isNew) == 1)
                #expect(Set(enqueued.map(\.id)).count == 1)
                ids.append(enqueued[0].id)
                if acts[0].ending == .death {
                    try await worker.waitForExit()
                    try await arena.hurryLapse(of: worker)
                    worker = try await arena.startWorker()
                }
                try await eventually(within: .seconds(20), "the key is free") { try await arena.keysHeld() == 0 }
            }
            let history = try arena.history()
            #expect(history.endedTwice.isEmpty && history.overlapping().isEmpty)
            #expect(history.ended == Set([ids[0], ids[2], ids[3]]))
            ScenarioReport.count(
                jobs: 3, runs: history.runs.count, lost: 3 - history.ended.count, doubled: history.endedTwice.count,
                overlapping: history.overlapping().count)
            ScenarioReport.did("4 × 100 the same in Redis alone")
        }
    }

    @Test("24 · no key is left after many cycles", .scenario(24))
    func noneLeft() async throws {
        let cycles = Chaos.scale(2000, full: 100_000)
        try await Arena.with { arena in
            _ = try await arena.startWorker { $0.queues = "main=50,side=50" }
            let keys = Chaos.scale(500, full: 20_000)
            // Half of them durable, half in Redis alone; so many keys that most find theirs free.
            let durable = try arena.startEnqueuer("--jobs", "\(cycles / 2)", "--keys", "\(keys)", "--batch", "50")
            let loose = try arena.startEnqueuer(
                "--kind", "side", "--ephemeral", "--jobs", "\(cycles / 2)", "--keys", "\(keys)", "--act",
                try Load.json(Act()))
            for enqueuer in [durable, loose] {
                #expect(try await enqueuer.waitForExit(within: .seconds(900)) == .code(0))
            }
            let jobs = try await arena.waitForAll(within: .seconds(120))
            try await arena.waitUntilIdle(SideErrand.queue)
            try await arena.waitUntilIdle()
            try await eventually(within: .seconds(20), "no key is left") { try await arena.keysHeld() == 0 }
            let history = try await arena.audit(jobs)
            ScenarioReport.did("\(cycles) enqueues under \(keys) keys each in the ledger and in Redis")
            ScenarioReport.figure("refused while held", "\(cycles - history.ended.count)")
        }
    }

    /// A hundred enqueue under one key at once; returns the one job that comes of it.
    private func crowd(_ arena: Arena, _ job: MainErrand) async throws -> JobID {
        let ids = try await withThrowingTaskGroup(of: JobID?.self) { group in
            for _ in 0..<100 { group.addTask { try await arena.enqueueUnique(job) } }
            return try await group.reduce(into: [JobID]()) { ids, id in if let id { ids.append(id) } }
        }
        #expect(ids.count == 1)
        return try #require(ids.first)
    }
}

extension Arena {
    /// Enqueues a durable job under the key `one`; nil when another job holds it.
    func enqueueUnique(_ job: MainErrand) async throws -> JobID? {
        let pending = try JobLedger.insertion(of: job, unique: try UniqueKey("one", until: .finished))
        let inserted = try await database.transaction { tx in
            pending.inserted(by: try tx.pipeline([pending.statement])[0])
        }
        guard let inserted else { return nil }
        await dispatcher.push([inserted])
        return inserted.id
    }

    /// Unique keys that are taken, in the ledger and in Redis.
    func keysHeld() async throws -> Int {
        var held: Int = try await database.query("SELECT count(*) AS keys FROM job_unique_keys")[0]["keys"]
        for queue in [MainErrand.queue, SideErrand.queue] {
            held += try await redis.send(RedisCommand("HLEN", .init("\(prefix):{\(queue)}:unique"))).int ?? 0
        }
        return held
    }
}
