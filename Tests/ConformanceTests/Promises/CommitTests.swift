import ConformanceWorker
import Dispatch
import JobQueue
import Postgres
import TestSupport
import Testing

@Suite("A job exists when its transaction has committed, not before and not otherwise")
struct CommitTests {
    private struct ChangedMind: Error {}

    @Test(
        "25 · rolled back, a job never runs; committed by a process that dies at once, it runs once, and never before",
        .scenario(25))
    func commitDecides() async throws {
        try await Arena.with { arena in
            _ = try await arena.startWorker()
            // Its enqueuer is gone between commit and push.
            let enqueuer = try arena.startEnqueuer("--jobs", "1", "--die-after-commit")
            #expect(try await enqueuer.waitForExit() == .signal(9))
            let orphan = try #require(try await arena.allJobs().first)

            // Both are even pushed, as by a caller that got its order wrong.
            let dropped = try JobLedger.insertion(of: MainErrand(Act(.effect)))
            await #expect(throws: ChangedMind.self) {
                try await arena.database.transaction { tx in
                    try tx.execute(dropped.statement)
                    throw ChangedMind()
                }
            }
            await arena.dispatcher.push([dropped])
            let open = try JobLedger.insertion(of: MainErrand(Act(.effect)))
            let committed = try await commitLate(open, arena)
            try await arena.wait(for: [orphan, open.id])
            let history = try await arena.audit([orphan, open.id])
            #expect(history.runs(of: dropped.id).isEmpty)
            #expect(history.runs(of: orphan).count == 1)
            #expect(history.runs(of: open.id).map { $0.start >= committed } == [true])
            ScenarioReport.did(
                "an enqueuer that dies right after its commit; a push without a commit; a push before the commit")
        }
    }

    /// Inserts and pushes, and commits only when the pushed copy has been taken from the list. Returns when it began to
    /// commit.
    private func commitLate(_ job: PendingJob, _ arena: Arena) async throws -> Int64 {
        let (inserted, gate) = (OneTimeSignal(), DispatchSemaphore(value: 0))
        async let committed = arena.database.transaction { tx in
            try tx.execute(job.statement)
            inserted.fire()
            // Blocks the connection's own thread, none of the cooperative pool.
            _ = gate.wait(timeout: .now() + 30)
            return MachineTime.monotonic
        }
        await inserted.wait()
        await arena.dispatcher.push([job])
        try await arena.waitUntilIdle()
        gate.signal()
        return try await committed
    }
}
