import Foundation
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("Of ephemeral jobs with one unique key only one waits, and the key is never left behind")
struct EphemeralUniqueTests {
    private func keys(_ engine: Engine) async throws -> Int {
        try await engine.redis.send(RedisCommand("HLEN", .init(engine.keys(Task1.queue).unique))).int ?? -1
    }

    @Test("a hundred callers enqueue one job")
    func aHundredEnqueueOne() async throws {
        try await Engine.with { engine in
            let key = try UniqueKey("cart 7", until: .finished)
            let answers = try await withThrowingTaskGroup(of: EphemeralEnqueuing.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await engine.dispatcher.enqueueEphemeral(Task1(), unique: key) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count(where: \.isNew) == 1)
            #expect(Set(answers.map(\.id)).count == 1)
            #expect(try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task1.queue).ready))).int == 1)
        }
    }

    @Test("the key is free again after success, failure and a dead letter, and held while the job is retried")
    func release() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { job, context in
                if job.text == "dead" { throw JobFailure.permanent(code: "no", "no") }
                if job.text == "twice", context.attempt == 1 {
                    // The key is held while it waits for its retry.
                    #expect(
                        try await engine.dispatcher.enqueueEphemeral(job, unique: UniqueKey("k", until: .finished))
                            .isNew == false)
                    throw JobFailure.transient("once more")
                }
            }
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 4]) {
                for text in ["good", "twice", "dead"] {
                    let job = try await engine.dispatcher.enqueueEphemeral(
                        Task1(text: text), unique: UniqueKey("k", until: .finished))
                    #expect(job.isNew)
                    try await eventually("\(text) has ended") { try await keys(engine) == 0 }
                }
            }
            #expect(log.all.count == 4)
            let dead = try #require(
                try await engine.inspector.list(JobFilter(state: .dead, queue: Task1.queue), limit: 5).items.first)
            // Brought back, it takes its key again; and can't come back while another one holds it.
            let holder = try await engine.dispatcher.enqueueEphemeral(Task1(), unique: UniqueKey("k", until: .finished))
            await #expect(throws: JobInspectionError.uniqueKeyTaken(dead.id, by: holder.id)) {
                try await engine.inspector.retry(dead.id)
            }
            _ = try await engine.claimAndDie(Task1.queue, count: 1, start: false)
            for process in try await engine.lapsed(Task1.queue) {
                _ = try await Reclaim.all(
                    of: process, keys: engine.keys(Task1.queue), redis: engine.redis, reason: .lapsed)
            }
            #expect(try await keys(engine) == 1, "a crash keeps the key with the job")
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 4]) {
                try await eventually("it has ended") { try await keys(engine) == 0 }
                try await engine.inspector.retry(dead.id)
                try await eventually("it came back") { log.of(dead.id).count == 2 }
                try await eventually("its key is free") { try await keys(engine) == 0 }
            }
        }
    }

    @Test("a key that counts until the job starts is free while it runs")
    func untilStarted() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let key = try UniqueKey("product 1", until: .started)
            let handler = Handler(Task1.self, log: log) { (job: Task1, _: JobContext) async throws in
                guard job.text == "first" else { return }
                let second = try await engine.dispatcher.enqueueEphemeral(Task1(text: "second"), unique: key)
                let third = try await engine.dispatcher.enqueueEphemeral(Task1(text: "third"), unique: key)
                #expect(second.isNew && !third.isNew)
            }
            _ = try await engine.dispatcher.enqueueEphemeral(Task1(text: "first"), unique: key)
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 4]) {
                try await eventually("two ran") { log.all.count == 2 }
                try await eventually("no key is left") { try await keys(engine) == 0 }
            }
            #expect(log.all.count == 2)
        }
    }

    @Test("quarantine frees the key")
    func quarantine() async throws {
        try await Engine.with { engine in
            _ = try await engine.dispatcher.enqueueEphemeral(Task1(), unique: UniqueKey("k", until: .finished))
            for _ in 0..<3 {
                #expect(try await engine.claimAndDie(Task1.queue, count: 1, start: false).count == 1)
                for process in try await engine.lapsed(Task1.queue) {
                    _ = try await Reclaim.all(
                        of: process, keys: engine.keys(Task1.queue), redis: engine.redis, reason: .lapsed)
                }
            }
            #expect(try await keys(engine) == 0)
        }
    }
}
