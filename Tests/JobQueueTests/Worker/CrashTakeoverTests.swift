import Foundation
import TestSupport
import Testing

@testable import JobQueue

@Suite("A start counts the crash of the attempt that it takes over, once")
struct CrashTakeoverTests {
    private func start(
        _ engine: Engine, _ id: JobID, epoch: Int64, after superseded: [Int64] = [], as process: ProcessID = .new()
    ) async throws -> StartedJob {
        try #require(
            try await engine.ledger.start(
                [StartRequest(id: id, epoch: epoch, superseded: superseded)], process: process
            ).first)
    }

    @Test("only the start after a crash counts it")
    func onlyTheStartAfterACrashCountsIt() async throws {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            let (first, second) = (ProcessID.new(), ProcessID.new())
            // A start is asked for again when its answer was lost: it counts once.
            for _ in 0..<2 { #expect(try await start(engine, id, epoch: 10, as: first).crashes == 0) }
            for _ in 0..<3 {
                let takeover = try await start(engine, id, epoch: 11, after: [10], as: second)
                #expect(takeover.crashes == 1)
                #expect(takeover.attempt == 1)
            }
            // Given back in good order, the next start knows of the crash and adds none.
            try await engine.ledger.release([(id: id, epoch: 11)])
            let third = ProcessID.new()
            for _ in 0..<2 { #expect(try await start(engine, id, epoch: 12, as: third).crashes == 1) }
        }
    }

    @Test("a job that is held for an operator ends right after its start")
    func heldForAnOperator() async throws {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            _ = try await start(engine, id, epoch: 10)
            _ = try await start(engine, id, epoch: 11, after: [10])
            let error = AttemptError(
                kind: Task1.name, attempt: 1, code: "outcome_unknown", message: "its process died in the middle",
                process: "p",
                durationMilliseconds: 0, at: Date())
            #expect(try await engine.ledger.record(.dead(reason: "outcome_unknown", error), job: id, epoch: 11))
            let job = try #require(try await engine.job(id))
            #expect(job.state == .dead)
            #expect(job.reason == "outcome_unknown")
            #expect(job.errors.map(\.code) == ["process_died", "outcome_unknown"])
            #expect(job.fingerprint == error.fingerprint)
            // A person has looked: it runs again, under the same id.
            try await engine.inspector.retry(id)
            #expect(try await engine.job(id)?.fingerprint == nil)
            #expect(try await start(engine, id, epoch: 12).crashes == 0)
        }
    }
}
