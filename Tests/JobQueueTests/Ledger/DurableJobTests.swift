import Foundation
import JobQueue
import Postgres
import Redis
import TestSupport
import Testing

@Suite("A durable job takes effect once")
struct DurableJobTests {
    @Test("a committed job runs once, a rolled back one never")
    func committedRunsOnceAndRolledBackNever() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let kept = try JobLedger.insertion(of: Task1(text: "kept"))
            let dropped = try JobLedger.insertion(of: Task1(text: "dropped"))
            struct ChangedMind: Error {}
            await #expect(throws: ChangedMind.self) {
                try await engine.database.transaction { tx in
                    try tx.execute(dropped.statement)
                    throw ChangedMind()
                }
            }
            try await engine.database.transaction { tx in _ = try tx.execute(kept.statement) }
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 4]) {
                // The rolled-back one is even pushed, as by a caller that got its order wrong.
                await engine.dispatcher.push([dropped, kept])
                _ = try await engine.waitUntil(kept.id, is: .done)
            }
            #expect(log.all.map(\.job) == [kept.id])
            #expect(try await engine.job(dropped.id) == nil)
        }
    }

    @Test("ten copies in Redis run once")
    func tenCopiesInRedisRunOnce() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let pending = try JobLedger.insertion(of: Task1())
            try await engine.database.execute(pending.statement)
            for _ in 0..<10 { await engine.dispatcher.push([pending]) }
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 10]) {
                _ = try await engine.waitUntil(pending.id, is: .done)
                try await eventually("every copy is dropped") {
                    try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task1.queue).ready))).int == 0
                }
            }
            #expect(log.all.count == 1)
        }
    }

    @Test("completion in the handler's transaction is one commit")
    func completionInTheTransaction() async throws {
        try await Engine.with { engine in
            try await engine.database.execute("CREATE TABLE effects (job uuid)")
            let log = RunLog()
            let database = engine.database
            let handler = Handler(Task1.self, log: log) { _, context in
                try await database.transaction { tx in
                    try tx.execute("INSERT INTO effects VALUES (\(context.jobID))")
                    try context.completion.check(try tx.pipeline([context.completion.statement])[0])
                }
                // What fails after the commit must not run the job again.
                throw JobFailure.transient("after the commit")
            }
            let id = try await engine.enqueue(Task1())
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                _ = try await engine.waitUntil(id, is: .done)
            }
            #expect(log.all.count == 1)
            #expect(try await database.query("SELECT job FROM effects").count == 1)
            #expect(try await engine.job(id)?.errors.isEmpty == true)
        }
    }

    @Test("a job that was never pushed is found by the sweeper")
    func neverPushed()
        async throws
    {
        try await Engine.with { engine in
            let log = RunLog()
            let id = try await engine.enqueue(Task1(), push: false)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                _ = try await engine.waitUntil(id, is: .done)
            }
            #expect(log.all.count == 1)
        }
    }

    @Test("a job is never early")
    func aJobIsNeverEarly() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let due = Date().addingTimeInterval(1.5)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                let id = try await engine.enqueue(Task1(), runAt: due)
                _ = try await engine.waitUntil(id, is: .done)
            }
            let run = try #require(log.all.first)
            #expect(run.at >= due)
            #expect(run.at.timeIntervalSince(due) < 10, "late by \(run.at.timeIntervalSince(due)) s")
        }
    }

    @Test("failures are retried and all their errors kept")
    func retriesKeepErrors() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, context in
                if context.attempt < 4 { throw JobFailure.transient("failure \(context.attempt)") }
            }
            let id = try await engine.enqueue(Task1())
            let job = try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                try await engine.waitUntil(id, is: .done)
            }
            #expect(log.of(id).map(\.attempt) == [1, 2, 3, 4])
            #expect(job.errors.map(\.message) == ["failure 1", "failure 2", "failure 3"])
            let untried = try await engine.enqueue(Task2(), push: false)
            #expect(try await engine.inspector.list(JobFilter(hasErrors: true), limit: 10).items.map(\.id) == [id])
            #expect(
                try await engine.inspector.list(JobFilter(hasErrors: false), limit: 10).items.map(\.id) == [untried])
            #expect(try await engine.inspector.list(JobFilter(), limit: 10).items.map(\.id) == [untried, id])
            // No retry came before the shortest delay that the policy allows.
            for (earlier, later) in zip(log.of(id), log.of(id).dropFirst()) {
                let bound = Task1.retry.delayBounds(after: earlier.attempt).lowerBound / .seconds(1)
                #expect(later.at.timeIntervalSince(earlier.at) >= bound)
            }
        }
    }

    @Test("a snooze uses no attempt")
    func aSnoozeUsesNoAttempt() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in
                if log.all.count <= 6 { throw JobFailure.snooze(.milliseconds(20), "the breaker is open") }
            }
            let id = try await engine.enqueue(Task1())
            let job = try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                try await engine.waitUntil(id, is: .done)
            }
            #expect(log.of(id).map(\.attempt) == Array(repeating: 1, count: 7))
            #expect(job.errors.map(\.code) == ["snoozed"])
        }
    }

    @Test("dead letters keep their id and come back")
    func deadLettersKeepTheirIdAndComeBack() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in
                if log.all.count == 1 { throw JobFailure.permanent(code: "card_unknown", "no such card") }
            }
            let id = try await engine.enqueue(Task1())
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                let dead = try await engine.waitUntil(id, is: .dead)
                #expect(dead.reason == "permanent")
                #expect(dead.errors.map(\.code) == ["card_unknown"])
                #expect(try await engine.inspector.list(JobFilter(state: .dead), limit: 10).items.map(\.id) == [id])
                try await engine.inspector.retry(id)
                _ = try await engine.waitUntil(id, is: .done)
            }
            #expect(log.all.map(\.job) == [id, id])
            await #expect(throws: JobInspectionError.wrongState(id, .done)) { try await engine.inspector.retry(id) }
            await #expect(throws: JobInspectionError.wrongState(id, .done)) { try await engine.inspector.discard(id) }
        }
    }

    @Test("the last failed attempt is a dead letter and can be discarded")
    func lastFailedAttempt() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in throw JobFailure.transient("always") }
            let id = try await engine.enqueue(Task1())
            let dead = try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 2]) {
                try await engine.waitUntil(id, is: .dead)
            }
            #expect(dead.reason == "attempts_exhausted")
            #expect(dead.attempts == 4)
            #expect(dead.errors.count == 4)
            try await engine.inspector.discard(id)
            #expect(try await engine.job(id)?.state == .discarded)
            let unknown = JobID.new()
            await #expect(throws: JobInspectionError.notFound(unknown)) { try await engine.inspector.discard(unknown) }
        }
    }

    @Test("an attempt beyond its time limit is canceled")
    func timeLimit() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task2.self, log: log) { _, _ in
                try await letTimePass(.seconds(60), because: "it outlasts its time limit")
            }
            let id = try await engine.enqueue(Task2())
            let dead = try await engine.withWorker(JobRegistry(handler), queues: [Task2.queue: 2]) {
                try await engine.waitUntil(id, is: .dead)
            }
            #expect(dead.errors.map(\.code) == ["time_limit"])
        }
    }

    @Test("an unknown kind is parked and runs when a worker knows it")
    func unknownKind() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let id = try await engine.enqueue(Task1())
            try await engine.withWorker(JobRegistry(), queues: [Task1.queue: 2]) {
                let parked = try await engine.waitUntil(id, is: .parked)
                #expect(parked.reason == "unknown_kind")
            }
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                _ = try await engine.waitUntil(id, is: .done)
            }
            #expect(log.all.count == 1)
        }
    }

    @Test("a schedule fires each slot once however many workers tick")
    func scheduleFiresOnce() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let schedule = JobSchedule("tick-\(engine.prefix)", every: .seconds(2)) { Task1(text: "tick") }
            let registry = JobRegistry(Handler(Task1.self, log: log))
            try await engine.withWorker(registry, queues: [Task1.queue: 2], schedules: [schedule]) {
                try await engine.withWorker(registry, queues: [Task1.queue: 2], schedules: [schedule]) {
                    try await eventually(within: .seconds(20), "three slots have fired") { log.all.count >= 3 }
                }
            }
            let slots = try await engine.database.query(
                "SELECT fire_at FROM job_schedule_slots WHERE schedule = \(schedule.name) ORDER BY fire_at")
            let times: [Date] = try slots.map { try $0["fire_at"] }
            #expect(Set(log.all.map(\.job)).count == log.all.count)
            #expect(log.all.count <= slots.count)
            #expect(times.allSatisfy { Int($0.timeIntervalSince1970) % 2 == 0 })
        }
    }
}
