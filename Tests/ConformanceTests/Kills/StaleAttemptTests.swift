import ConformanceWorker
import JobQueue
import Postgres
import TestSupport
import Testing

@Suite("Whoever stood still past its lease changes nothing any more")
struct StaleAttemptTests {
    @Test(
        "8 · SIGSTOP past the lease, taken over elsewhere, SIGCONT: its success, failures and retries are all refused",
        .scenario(8))
    func aStoppedWorkerIsFenced() async throws {
        try await Arena.with { arena in
            let first = try await arena.startWorker()
            // Deaf, so that the stopped worker's handlers come to their ends whatever it has noticed. After the crash
            // all of them do well.
            let again = Act(.effect, sleep: 3000)
            let jobs = try await arena.enqueue(
                [
                    MainErrand(Act(.effect, sleep: 2000, isDeaf: true), again),
                    MainErrand(Act(.plain, sleep: 2000, isDeaf: true), again),
                    MainErrand(Act(.transient, sleep: 2000, isDeaf: true), again),
                    MainErrand(Act(.permanent, sleep: 2000, isDeaf: true), again),
                    MainErrand(Act(.snooze, sleep: 2000, isDeaf: true), again),
                    MainErrand(Act(.unknown, sleep: 2000, isDeaf: true), again),
                ])
            // The same for jobs that live in Redis alone; there a second end would show as a third run.
            var ephemeral: [JobID] = []
            for ending in [Act.Ending.plain, .transient, .permanent, .snooze] {
                ephemeral.append(
                    try await arena.dispatcher.enqueueEphemeral(
                        MainErrand(Act(ending, sleep: 2000, isDeaf: true), Act(sleep: 3000))))
            }
            let all = Set(jobs + ephemeral)
            try await arena.waitForStarts(all.count)
            arena.stop(first)
            let second = try await arena.startWorker()
            try await arena.waitForStarts(2 * all.count)
            arena.go(first)
            try await eventually(within: .seconds(20), "the stopped worker's handlers have ended") {
                try arena.history().runs.allSatisfy { $0.process != first.processID || $0.finish != nil }
            }
            try await arena.wait(for: jobs)
            try await eventually(within: .seconds(20), "those in Redis end too") {
                try arena.history().ended.isSuperset(of: ephemeral)
            }

            let history = try await arena.audit(jobs, stale: [first.processID])
            let effects = try await arena.database.query("SELECT DISTINCT process FROM effects").map {
                try $0["process"] as Int
            }
            #expect(effects == [Int(second.processID)])
            for id in jobs {
                let job = try #require(try await arena.job(id))
                #expect(job.attempts == 1 && job.crashes == 1)
                #expect(job.errors.map(\.code) == ["process_died"])
            }
            for id in all {
                #expect(history.runs(of: id).map(\.process) == [first.processID, second.processID])
            }
            #expect(try await arena.waitingInRedis() == 0)
            let dead = try await arena.inspector.list(JobFilter(state: .dead, queue: MainQueue.name), limit: 10)
            #expect(dead.items.isEmpty)
            let refused = history.runs.count { $0.process == first.processID }
            ScenarioReport.did(
                "a worker with 10 jobs (durable and not) stood still past its lease and went on while another ran them")
            ScenarioReport.figure("stale endings refused", "\(refused)")
        }
    }

    @Test(
        "8 · what a stopped worker had sent before arrives while another runs its job: refused by the ledger",
        .scenario(8))
    func aLateStatementIsFenced() async throws {
        // The text by which the proxy knows the statement: the effect's, or the message of the failure that is
        // recorded.
        let endings: [(Act.Ending, String)] = [
            (.effect, "INSERT INTO effects"), (.transient, "as told"), (.permanent, "as told"), (.snooze, "as told"),
            (.unknown, "as told"),
        ]
        try await withThrowingTaskGroup { group in
            for (ending, text) in endings { group.addTask { try await self.lateStatement(of: ending, text) } }
            try await group.waitForAll()
        }
        ScenarioReport.did("the statement that ends an attempt (5 kinds) held back until another worker runs the job")
    }

    private func lateStatement(of ending: Act.Ending, _ text: String) async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.databasePort)
            let first = try await arena.startWorker { $0.databaseProxy = proxy }
            proxy.hold(at: text, .fromClient, delivered: false)
            let job = try await arena.enqueue(1, Act(ending, sleep: 100), Act(.effect, sleep: 2000))[0]
            try await eventually(within: .seconds(20), "its last statement is on the way") { proxy.isHolding }
            arena.stop(first)
            let second = try await arena.startWorker()
            try await arena.waitForStarts(2)
            proxy.release()
            try await arena.wait(for: [job])
            arena.go(first)
            let history = try await arena.audit([job], stale: [first.processID])
            #expect(history.runs.map(\.process) == [first.processID, second.processID])
            let effects = try await arena.database.query("SELECT process FROM effects").map { try $0["process"] as Int }
            #expect(effects == [Int(second.processID)], "\(ending)")
            let record = try #require(try await arena.job(job))
            #expect(record.attempts == 1 && record.crashes == 1)
            #expect(record.errors.map(\.code) == ["process_died"], "\(ending)")
        }
    }

    @Test("9 · generation 1 acknowledges while generation 3 runs: refused", .scenario(9))
    func threeGenerations() async throws {
        try await Arena.with { arena in
            let first = try await arena.startWorker()
            let acts = [Act(.effect, sleep: 1500, isDeaf: true), Act(.effect, sleep: 4000)]
            let jobs = try await arena.enqueue(Array(repeating: MainErrand(acts: acts), count: 3))
            let ephemeral = try await arena.dispatcher.enqueueEphemeral(
                MainErrand(Act(sleep: 1500, isDeaf: true), Act(sleep: 4000)))
            let all = Set(jobs + [ephemeral])
            try await arena.waitForStarts(all.count)
            arena.stop(first)
            // The second takes over and gives everything back.
            let second = try await arena.startWorker { $0.grace = 0 }
            try await arena.waitForStarts(2 * all.count)
            try await arena.retire(second)
            let third = try await arena.startWorker()
            try await arena.waitForStarts(3 * all.count)
            arena.go(first)
            try await arena.wait(for: jobs)
            try await eventually(within: .seconds(20), "the one in Redis ends too") {
                try arena.history().runs(of: ephemeral).filter { $0.outcome == .end }.count >= 2
            }

            let history = try await arena.audit(jobs, stale: [first.processID])
            let effects = try await arena.database.query("SELECT DISTINCT process FROM effects").map {
                try $0["process"] as Int
            }
            #expect(effects == [Int(third.processID)])
            for id in all {
                let runs = history.runs(of: id)
                #expect(runs.map(\.process) == [first.processID, second.processID, third.processID])
                #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.epoch < $1.epoch })
            }
            #expect(try await arena.waitingInRedis() == 0)
            ScenarioReport.did(
                """
                claim, lapse, claim, release, claim of 4 jobs; the first, stopped meanwhile, \
                went on during the third run
                """
            )
            ScenarioReport.figure("runs per job", "3")
        }
    }
}
