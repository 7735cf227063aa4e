import ConformanceWorker
import JobQueue
import Redis
import TestSupport
import Testing

@Suite("A connection cut at any step loses and doubles nothing")
struct CutConnectionTests {
    @Test(
        "7 · worker cut from Redis at command k, delivered or not, while it completes, retries, promotes and buries",
        .scenario(7))
    func workerCutFromRedis() async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            _ = try await arena.startWorker { $0.redisProxy = proxy }
            var rounds: [MixedRound] = []
            for (command, delivered) in cuts(brief: 8, full: 30) {
                let before = proxy.acceptedCount
                proxy.cut(atCommand: command, delivered: delivered)
                let round = try await MixedRound(arena)
                try await round.wait(in: arena)
                rounds.append(round)
                try await eventually(within: .seconds(20), "command \(command) has come") {
                    proxy.acceptedCount > before
                }
            }
            try await audit(rounds, arena)
            ScenarioReport.did(
                "\(rounds.count) rounds of 7 jobs on all paths, the worker's connections to Redis cut at command k")
        }
    }

    @Test(
        "7 · worker cut from Redis at the command that takes a dead process' jobs back, delivered or not",
        .scenario(7))
    func workerCutWhileRecovering() async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            _ = try await arena.startWorker { $0.redisProxy = proxy }
            var (durable, ephemeral): ([JobID], [JobID]) = ([], [])
            let rounds = Chaos.scale(2, full: 10)
            for round in 0..<rounds {
                let ghost = try await Ghost(arena) {
                    proxy.hold(at: $0, .fromClient, delivered: round.isMultiple(of: 2))
                }
                try await eventually(within: .seconds(20), "somebody takes them back") { proxy.isHolding }
                proxy.cut()
                durable.append(ghost.durable)
                ephemeral.append(ghost.ephemeral)
            }
            try await arena.wait(for: durable)
            try await eventually(within: .seconds(20), "those in Redis end") {
                try arena.history().ended.isSuperset(of: ephemeral)
            }
            try await arena.waitUntilIdle()
            let history = try await arena.audit(durable)
            #expect(history.runs.count == durable.count + ephemeral.count)
            ScenarioReport.did("\(rounds) × the same at the command that takes a dead process' two jobs back")
        }
    }

    @Test("7 · the worker's connection to PostgreSQL cut in the middle of a statement or its answer", .scenario(7))
    func workerCutFromPostgres() async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.databasePort)
            _ = try await arena.startWorker { $0.databaseProxy = proxy }
            var rounds: [MixedRound] = []
            for index in 0..<Chaos.scale(4, full: 30) {
                let before = proxy.acceptedCount
                // Uneven steps, so that every message of the protocol is hit somewhere.
                proxy.cut(afterBytes: 150 + index * 397, index.isMultiple(of: 2) ? .fromServer : .fromClient)
                repeat {
                    let round = try await MixedRound(arena)
                    try await round.wait(in: arena)
                    rounds.append(round)
                } while proxy.acceptedCount == before
            }
            try await audit(rounds, arena)
            ScenarioReport.did("\(rounds.count) rounds, its connections to PostgreSQL cut after n bytes")
        }
    }

    @Test("7 · the enqueuer's connection to Redis cut at command k, delivered or not", .scenario(7))
    func enqueuerCutFromRedis() async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            let redis = RedisClient(
                try RedisConfiguration(url: "redis://127.0.0.1:\(proxy.port)/0"), logger: Arena.quietLogger)
            let dispatcher = JobDispatcher(redis: redis, prefix: arena.prefix, logger: Arena.quietLogger)
            _ = try await arena.startWorker()
            // A round pushes eight times.
            for (command, delivered) in cuts(brief: 3, full: 8) {
                proxy.cut(atCommand: command, delivered: delivered)
                let round = try await MixedRound(arena, dispatcher: dispatcher)
                try await round.wait(in: arena)
                try await audit([round], arena)
            }
            await redis.close()
            ScenarioReport.did(
                "\(cuts(brief: 3, full: 8).count) rounds, the enqueuer's connection to Redis cut at command k")
        }
    }

    /// Command numbers, each once delivered and once not; in the short form alternating.
    private func cuts(brief: Int, full: Int) -> [(Int, Bool)] {
        Chaos.isOn ? (1...full).flatMap { [($0, true), ($0, false)] } : (1...brief).map { ($0, $0.isMultiple(of: 2)) }
    }

    private func audit(_ rounds: [MixedRound], _ arena: Arena) async throws {
        try await arena.waitUntilIdle()
        let history = try arena.history()
        let effects = try await arena.effects()
        for round in rounds {
            #expect(round.effects.allSatisfy { effects[$0] == 1 })
            #expect(round.endingInRedis.allSatisfy { id in history.runs(of: id).count { $0.outcome == .end } == 1 })
            for id in round.dead + round.deadInRedis { #expect(history.runs(of: id).count == 1) }
        }
        let jobs = Set(rounds.flatMap { $0.effects + $0.endingInRedis })
        // A commit whose answer was cut off leaves its effect and no line in the log.
        let lost =
            rounds.flatMap(\.effects).filter { effects[$0] == nil }
            + rounds.flatMap(\.endingInRedis).filter { !history.ended.contains($0) }
        let doubled = jobs.intersection(history.endedTwice).union(effects.filter { $0.value > 1 }.keys)
        let overlapping = history.overlapping().intersection(jobs)
        ScenarioReport.count(
            jobs: jobs.count, runs: history.runs.count { jobs.contains($0.job) }, lost: lost.count,
            doubled: doubled.count, overlapping: overlapping.count)
        #expect(lost.isEmpty)
        #expect(doubled.isEmpty)
        #expect(overlapping.isEmpty)
    }
}
