import ConformanceWorker
import JobQueue
import TestSupport
import Testing

@Suite("A killed worker's jobs run again, soon and once")
struct TakeOverTests {
    @Test(
        "1 · a killed worker's twenty jobs all finish elsewhere, the first within 10 s, none before the lease lapses",
        .scenario(1))
    func anotherWorkerTakesOver() async throws {
        let trials = Chaos.scale(1, full: 20)
        let length = Chaos.scale(1500, full: 5000)
        let restarts = try await inBatches(of: 5, trials) {
            try await Arena.with { arena in
                let first = try await arena.startWorker()
                let jobs = try await arena.enqueue(20, Act(.effect, sleep: length))
                try await arena.waitForStarts(20)
                let second = try await arena.startWorker()
                try await arena.kill(first)
                let lapse = try #require(try await arena.leaseEnd(of: first))
                try await arena.wait(for: jobs)
                let history = try await arena.audit(jobs)
                let again = history.runs.filter { $0.process == second.processID }
                #expect(again.count == 20)
                #expect(again.allSatisfy { $0.crashes == 1 && $0.attempt == 1 })
                #expect(again.allSatisfy { $0.wallStart >= lapse * 1000 }, "taken while the lease was alive")
                return try #require(history.restarts().min())
            }
        }
        #expect(restarts.allSatisfy { $0 <= 10_000_000 })
        ScenarioReport.did("\(trials) × SIGKILL of a worker with 20 jobs of \(length) ms, a second one idle")
        ScenarioReport.figure("first re-start", "\(seconds(restarts.min() ?? 0))–\(seconds(restarts.max() ?? 0))")
    }

    @Test(
        "4 · the only worker, killed and started again under a new process id, takes its old jobs back itself",
        .scenario(4))
    func itRecoversItself() async throws {
        try await Arena.with { arena in
            let first = try await arena.startWorker()
            let jobs = try await arena.enqueue(20, Act(.effect, sleep: 1000))
            try await arena.waitForStarts(20)
            try await arena.kill(first)
            let second = try await arena.startWorker()
            #expect(second.processID != first.processID)
            try await arena.wait(for: jobs)
            let history = try await arena.audit(jobs)
            let restarts = history.restarts()
            #expect(restarts.count == 20)
            #expect(restarts.min() ?? .max <= 10_000_000)
            ScenarioReport.did("SIGKILL of the only worker with 20 jobs of 1 s, then a new start")
            ScenarioReport.figure("first re-start", seconds(restarts.min() ?? 0))
        }
    }
}
