import Foundation
import Synchronization
import TestSupport
import Testing

@testable import JobQueue

/// Kinds whose process dying in the middle is no small matter.
private struct Held: Job {
    static let name = "test.held"
    static let queue: QueueName = "held"
    static let retry: RetryPolicy = .never
    static let crashPolicy: CrashPolicy = .hold
}

private struct Verified: Job {
    static let name = "test.verified"
    static let queue: QueueName = "verified"
    static let retry: RetryPolicy = .never
    static let crashPolicy: CrashPolicy = .verify
    let effectIsThere: Bool?
}

private struct VerifiedHandler: JobHandler {
    let log: RunLog
    func run(_ job: Verified, in context: JobContext) async throws { log.note(context) }
    func verify(_ job: Verified, in context: JobContext) async throws -> Verification {
        switch job.effectIsThere {
        case true?: .done
        case false?: .notDone
        case nil: .unknown("the provider does not say")
        }
    }
}

@Suite("Handlers and operators decide what becomes of a job")
struct ControlTests {
    @Test("after the death of its process a kind is held, verified first, or run again, as it says")
    func crashPolicy() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let held = try await engine.enqueue(Held())
            let done = try await engine.enqueue(Verified(effectIsThere: true))
            let notDone = try await engine.enqueue(Verified(effectIsThere: false))
            let unknown = try await engine.enqueue(Verified(effectIsThere: nil))
            _ = try await engine.claimAndDie(Held.queue, count: 1, start: true)
            _ = try await engine.claimAndDie(Verified.queue, count: 3, start: true)
            let registry = JobRegistry(Handler(Held.self, log: log), VerifiedHandler(log: log))
            try await engine.withWorker(registry, queues: [Held.queue: 2, Verified.queue: 2]) {
                let dead = try await engine.waitUntil(held, is: .dead)
                #expect(dead.reason == "outcome_unknown")
                _ = try await engine.waitUntil(done, is: .done)
                _ = try await engine.waitUntil(notDone, is: .done)
                let doubtful = try await engine.waitUntil(unknown, is: .dead)
                #expect(doubtful.errors.last?.message == "the provider does not say")
                #expect(log.all.map(\.job) == [notDone])
                // An operator who has looked decides that it may run.
                try await engine.inspector.retry(held)
                _ = try await engine.waitUntil(held, is: .done)
            }
            #expect(log.of(held).count == 1)
        }
    }

    @Test("a running job that is cancelled ends in the dead letters and can come back")
    func cancellation() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in
                if log.all.count == 1 { try await letTimePass(.seconds(60), because: "only the cancellation ends it") }
            }
            let id = try await engine.enqueue(Task1())
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                _ = try await engine.waitUntil(id, is: .running)
                _ = try await engine.inspector.cancel(id)
                let dead = try await engine.waitUntil(id, is: .dead)
                #expect(dead.reason == "canceled")
                #expect(dead.errors.map(\.code) == ["canceled"])
                try await engine.inspector.retry(id)
                _ = try await engine.waitUntil(id, is: .done)
            }
        }
    }

    @Test("progress is seen while the job runs, the last report too")
    func progress() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let release = Mutex(false)
            let handler = Handler(Task1.self, log: log) { _, context in
                for step in 1...100 { await context.report(JobProgress(Double(step) / 200, "\(step) of 200")) }
                try await eventually("the test has seen it") { release.withLock { $0 } }
            }
            let id = try await engine.enqueue(Task1())
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                try await eventually("half is shown") { try await engine.job(id)?.progress?.fraction == 0.5 }
                #expect(try await engine.job(id)?.progress?.message == "100 of 200")
                release.withLock { $0 = true }
                _ = try await engine.waitUntil(id, is: .done)
            }
        }
    }

    @Test("interceptors surround the handler in order, and see and change its failure")
    func interceptors() async throws {
        struct Note: JobInterceptor {
            let name: String
            let notes: @Sendable (String) -> Void
            func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
                notes("\(name) before \(context.name)")
                do {
                    try await next()
                } catch {
                    notes("\(name) saw \(error)")
                    throw JobFailure.permanent(code: "changed", "by \(name)")
                }
            }
        }
        try await Engine.with { engine in
            let notes = Mutex<[String]>([])
            let note: @Sendable (String) -> Void = { text in notes.withLock { $0.append(text) } }
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in throw JobFailure.transient("oh") }
            let id = try await engine.enqueue(Task1())
            let interceptors: [any JobInterceptor] = [
                Note(name: "outer", notes: note), Note(name: "inner", notes: note),
            ]
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 1], interceptors: interceptors) {
                let dead = try await engine.waitUntil(id, is: .dead)
                #expect(dead.errors.map(\.code) == ["changed"])
            }
            #expect(
                notes.withLock { $0 } == [
                    "outer before test.one", "inner before test.one", "inner saw oh", "outer saw by inner",
                ])
        }
    }
}
