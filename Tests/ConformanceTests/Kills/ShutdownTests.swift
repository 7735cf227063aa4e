import ConformanceWorker
import JobQueue
import TestSupport
import Testing

@Suite("A worker that is asked to stop leaves in good order")
struct ShutdownTests {
    @Test(
        "20 · SIGTERM: short jobs finish, over-long ones go back with no attempt used, and the process ends in time",
        .scenario(20))
    func shortFinishLongGoBack() async throws {
        try await Arena.with { arena in
            let first = try await arena.startWorker { $0.grace = 3 }
            let short = try await arena.enqueue(10, Act(.effect, sleep: 1500))
            let long = try await arena.enqueue(10, Act(.effect, sleep: 4500))
            try await arena.waitForStarts(20)
            let later = try await arena.enqueue(5, Act(.effect))
            let began = ContinuousClock.now
            first.terminate()
            #expect(try await first.waitForExit(within: .seconds(10)) == .code(0))
            let took = ContinuousClock.now - began
            #expect(took < .seconds(6))
            for id in short { #expect(try await arena.job(id)?.state == .done) }
            for id in long + later {
                let job = try #require(try await arena.job(id))
                #expect(job.state == .ready && job.attempts == 0 && job.crashes == 0 && job.errors.isEmpty)
            }
            // No lease is waited for: the next one has them at once.
            let second = try await arena.startWorker()
            let restarted = ContinuousClock.now
            try await eventually(within: .seconds(20), "the second has them") {
                try arena.history().runs.count { $0.process == second.processID && long.contains($0.job) } == 10
            }
            #expect(ContinuousClock.now - restarted < .seconds(5))
            try await arena.wait(for: short + long + later)
            let history = try await arena.audit(short + long + later)
            #expect(history.runs.allSatisfy { $0.attempt == 1 && $0.crashes == 0 })
            ScenarioReport.did("SIGTERM with 3 s of grace while 10 jobs of 1.5 s and 10 of 4.5 s run and 5 wait")
            ScenarioReport.figure("exit after", seconds(took))
        }
    }
}
