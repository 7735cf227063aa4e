import ConformanceWorker
import JobQueue
import TestSupport
import Testing

@Suite("A job may take longer than the lease")
struct LongJobTests {
    @Test("10 · a job many times longer than the lease runs once, while its process lives", .scenario(10))
    func longerThanTheLease() async throws {
        let length = Chaos.scale(12_000, full: 80_000)
        try await Arena.with { arena in
            _ = try await arena.startWorker()
            let jobs = try await arena.enqueue(5, Act(.effect, sleep: length))
            let loose = try await arena.dispatcher.enqueueEphemeral(MainErrand(Act(sleep: length)))
            try await arena.waitForStarts(6)
            _ = try await arena.startWorker()
            try await arena.wait(for: jobs, within: .seconds(120))
            try await eventually(within: .seconds(20), "the one in Redis ends") {
                try arena.history().ended.contains(loose)
            }
            let history = try await arena.audit(jobs)
            #expect(history.runs.count == 6)
            ScenarioReport.did("6 jobs of \(length) ms with a lease of 8 s, a second worker idle")
        }
    }

    @Test("10 · handlers that keep every thread of Swift's pool busy for longer than the lease run once", .scenario(10))
    func busierThanTheLease() async throws {
        let length = Chaos.scale(10_000, full: 17_000)
        try await Arena.with { arena in
            // On one core there is one thread in the pool, so a single handler has all of it.
            let first = try await arena.startWorker { $0.launcher = ["taskset", "-c", "0"] }
            let jobs = try await arena.enqueue(1, Act(.effect, spin: length))
            try await arena.waitForStarts(1)
            _ = try await arena.startWorker()
            try await arena.wait(for: jobs)
            let history = try await arena.audit(jobs)
            #expect(history.runs.count == 1, "\(first.log)")
            ScenarioReport.did("a job that spins \(length) ms in a process with one core")
        }
    }
}
