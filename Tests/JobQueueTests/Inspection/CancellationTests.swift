import Foundation
import TestSupport
import Testing

@testable import JobQueue

@Suite("An operator's cancellation reaches the attempt that runs, and no other")
struct CancellationTests {
    private func error(_ code: String = "canceled") -> AttemptError {
        AttemptError(
            kind: Task1.name, attempt: 1, code: code, message: "m", process: "p", durationMilliseconds: 1, at: Date())
    }

    private func start(
        _ engine: Engine, _ id: JobID, epoch: Int64, after superseded: [Int64] = [], as process: ProcessID = .new()
    )
        async throws
        -> [StartedJob]
    {
        try await engine.ledger.start([StartRequest(id: id, epoch: epoch, superseded: superseded)], process: process)
    }

    @Test("a running job is named to its process until it ends")
    func runningJob()
        async throws
    {
        try await Engine.with { engine in
            let (id, other) = (try await engine.enqueue(Task1()), try await engine.enqueue(Task1()))
            let (process, elsewhere) = (ProcessID.new(), ProcessID.new())
            _ = try await start(engine, id, epoch: 10, as: process)
            _ = try await start(engine, other, epoch: 11, as: process)
            #expect(try await engine.ledger.cancelRequests(processes: [process]).isEmpty)
            #expect(try await engine.inspector.cancel(id) == .requested)
            #expect(try await engine.inspector.cancel(id) == .requested)
            #expect(try await engine.ledger.cancelRequests(processes: [elsewhere]).isEmpty)
            let named = try await engine.ledger.cancelRequests(processes: [elsewhere, process])
            #expect(named.map(\.id) == [id])
            #expect(named.map(\.epoch) == [10])
            #expect(try await engine.job(id)?.cancelRequestedAt != nil)
            #expect(try await engine.ledger.record(.canceled(error()), job: id, epoch: 10))
            #expect(try await engine.ledger.cancelRequests(processes: [process]).isEmpty)
            let job = try #require(try await engine.job(id))
            #expect(job.state == .dead)
            #expect(job.reason == "canceled")
            // It can be retried, and nothing of the wish is left.
            try await engine.inspector.retry(id)
            #expect(try await engine.job(id)?.cancelRequestedAt == nil)
            #expect(try await start(engine, id, epoch: 12).map(\.id) == [id])
        }
    }

    @Test("a waiting job is discarded and a finished one refused")
    func waitingAndFinishedJobs()
        async throws
    {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            #expect(try await engine.inspector.cancel(id) == .discarded)
            #expect(try await engine.job(id)?.state == .discarded)
            await #expect(throws: JobInspectionError.notCancelable(id, .discarded)) {
                _ = try await engine.inspector.cancel(id)
            }
            let unknown = JobID.new()
            await #expect(throws: JobInspectionError.notFound(unknown)) {
                _ = try await engine.inspector.cancel(unknown)
            }
        }
    }

    @Test("a canceled attempt that fails is the last")
    func whatWouldBeAnotherTryIsTheEnd() async throws {
        try await Engine.with { engine in
            for outcome in [AttemptOutcome.retry(after: .zero, error("transient")), .snooze(.zero, error("snoozed"))] {
                let id = try await engine.enqueue(Task1())
                _ = try await start(engine, id, epoch: 10)
                _ = try await engine.inspector.cancel(id)
                #expect(try await engine.ledger.record(outcome, job: id, epoch: 10))
                let job = try #require(try await engine.job(id))
                #expect(job.state == .dead)
                #expect(job.reason == "canceled")
                #expect(job.finishedAt != nil)
            }
            let id = try await engine.enqueue(Task1())
            _ = try await start(engine, id, epoch: 10)
            _ = try await engine.inspector.cancel(id)
            try await engine.ledger.release([(id: id, epoch: 10)])
            #expect(try await engine.job(id)?.reason == "canceled")
        }
    }

    @Test("a job whose process died is not started again")
    func processDied() async throws {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            _ = try await start(engine, id, epoch: 10)
            _ = try await engine.inspector.cancel(id)
            #expect(try await start(engine, id, epoch: 11, after: [10]).isEmpty)
            let job = try #require(try await engine.job(id))
            #expect(job.state == .dead)
            #expect(job.reason == "canceled")
            #expect(job.errors.map(\.code) == ["process_died"])
        }
    }

    @Test("a job that finishes first is done")
    func aJobThatFinishesFirstIsDone() async throws {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            _ = try await start(engine, id, epoch: 10)
            _ = try await engine.inspector.cancel(id)
            #expect(try await engine.ledger.record(.done, job: id, epoch: 10))
            #expect(try await engine.job(id)?.state == .done)
        }
    }
}
