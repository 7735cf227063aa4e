import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("A unique key is held by one job, and by none that is over")
struct UniqueJobTests {
    private func pending(_ key: String = "k", until: UniqueKey.Release = .finished) throws -> PendingJob {
        try JobLedger.insertion(of: Task1(text: key), unique: try UniqueKey(key, until: until))
    }

    /// The job that was inserted, if it was.
    private func enqueue(_ engine: Engine, _ job: PendingJob) async throws -> JobID? {
        let result = try await engine.database.pipeline([job.statement])[0]
        guard let inserted = job.inserted(by: result) else { return nil }
        await engine.dispatcher.push([inserted])
        return inserted.id
    }

    private func keysTaken(_ engine: Engine) async throws -> Int {
        try await engine.database.query("SELECT count(*) AS count FROM job_unique_keys")[0]["count"]
    }

    private func start(_ engine: Engine, _ id: JobID, epoch: Int64 = 1_790_000_000_000_000) async throws -> [StartedJob]
    {
        try await engine.ledger.start([StartRequest(id: id, epoch: epoch, superseded: [])], process: .new())
    }

    @Test("a hundred enqueues at once make one job", arguments: [UniqueKey.Release.finished, .started])
    func aHundredAtOnceMakeOneJob(until: UniqueKey.Release) async throws {
        try await Engine.with { engine in
            let inserted = try await withThrowingTaskGroup(of: JobID?.self) { group in
                for _ in 0..<100 { group.addTask { try await enqueue(engine, try pending(until: until)) } }
                return try await group.reduce(into: [JobID]()) { ids, id in if let id { ids.append(id) } }
            }
            #expect(inserted.count == 1)
            let rows: [UUID] = try await engine.database.query("SELECT id FROM jobs").map { try $0["id"] }
            #expect(rows == inserted.map(\.rawValue))
            #expect(
                try await engine.database.query("SELECT job_id FROM job_unique_keys").map { try $0["job_id"] } == rows)
        }
    }

    @Test("a refused job does not abort its transaction, and keys belong to queues")
    func refusedJob() async throws {
        try await Engine.with { engine in
            let first = try await enqueue(engine, try pending())
            #expect(first != nil)
            let other = try JobLedger.insertion(of: Task2(), unique: try UniqueKey("k", until: .finished))
            let results = try await engine.database.pipeline([
                try pending().statement, try pending("other").statement, other.statement,
            ])
            #expect(results.map(\.affectedRows) == [0, 1, 1])
            #expect(try await engine.database.query("SELECT FROM jobs").count == 3)
        }
    }

    @Test("a transaction that rolls back has never taken the key")
    func aTakerThatRollsBackHasNeverTakenIt()
        async throws
    {
        try await Engine.with { engine in
            let taker = HeldTransaction([try pending().statement], on: engine.database)
            #expect(try await taker.waitForResults()[0].affectedRows == 1)
            let heir = HeldTransaction([try pending().statement], on: engine.database)
            try await eventually("the second one waits for the first") {
                try await engine.database.query(
                    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                .count == 1
            }
            await taker.rollBack()
            #expect(try await heir.waitForResults()[0].affectedRows == 1)
            try await heir.commit()
            #expect(try await engine.database.query("SELECT FROM jobs").count == 1)
        }
    }

    @Test("the key is free after success, failure and discard")
    func keyIsFreeAfterTheEnd() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { job, _ in
                if job.text == "bad" { throw JobFailure.permanent(code: "bad", "bad") }
            }
            let waiting = try #require(try await enqueue(engine, try pending("waits")))
            try await engine.inspector.discard(waiting)
            let good = try #require(try await enqueue(engine, try pending("good")))
            let bad = try #require(try await enqueue(engine, try pending("bad")))
            #expect(try await keysTaken(engine) == 2)
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 4]) {
                _ = try await engine.waitUntil(good, is: .done)
                _ = try await engine.waitUntil(bad, is: .dead)
                for key in ["good", "bad", "waits"] {
                    let again = try #require(try await enqueue(engine, try pending(key)))
                    _ = try await engine.waitUntil(again, is: key == "bad" ? .dead : .done)
                }
            }
            #expect(try await keysTaken(engine) == 0)
        }
    }

    @Test("a crash keeps the key and quarantine frees it")
    func crashAndQuarantine() async throws {
        try await Engine.with { engine in
            let id = try #require(try await enqueue(engine, try pending()))
            let keys = engine.keys(Task1.queue)
            for crash in 1...3 {
                #expect(try await engine.claimAndDie(Task1.queue, count: 1, start: true).count == 1)
                #expect(try await enqueue(engine, try pending()) == nil, "held over crash \(crash)")
                let lapsed =
                    try await engine.redis.evaluate(QueueScripts.lapsed, keys: [keys.leases], arguments: []).elements
                    ?? []
                for process in lapsed.compactMap(\.text) {
                    _ = try await Reclaim.all(
                        of: ProcessID(rawValue: process), keys: keys, redis: engine.redis, reason: .lapsed)
                }
            }
            _ = try await engine.claimAndDie(Task1.queue, count: 1, start: true)
            #expect(try await engine.job(id)?.reason == "quarantined")
            #expect(try await keysTaken(engine) == 0)
            #expect(try await enqueue(engine, try pending()) != nil)
        }
    }

    @Test("a key until started is free while its job runs")
    func keyUntilStarted() async throws {
        try await Engine.with { engine in
            let first = try #require(try await enqueue(engine, try pending(until: .started)))
            #expect(try await enqueue(engine, try pending(until: .started)) == nil)
            #expect(try await start(engine, first).map(\.id) == [first])
            let second = try #require(try await enqueue(engine, try pending(until: .started)))
            // The first one comes back to wait; the key belongs to the second one all the same.
            try await engine.ledger.release([(id: first, epoch: 1_790_000_000_000_000)])
            #expect(
                try await engine.database.query("SELECT job_id FROM job_unique_keys").map { try $0["job_id"] } == [
                    second.rawValue
                ])
            try await engine.inspector.discard(second)
            #expect(try await keysTaken(engine) == 0)
        }
    }

    @Test("a job that a transaction relies on starts after it")
    func jobStartsAfterItsTransaction()
        async throws
    {
        try await Engine.with { engine in
            let id = try #require(try await enqueue(engine, try pending(until: .started)))
            let reliant = HeldTransaction([try pending(until: .started).statement], on: engine.database)
            #expect(try await reliant.waitForResults()[0].affectedRows == 0)
            #expect(try await start(engine, id).isEmpty)
            #expect(try await engine.job(id)?.state == .ready)
            // Others of the batch are not held up.
            let other = try await engine.enqueue(Task1())
            let both = [id, other].map { StartRequest(id: $0, epoch: 1_790_000_000_000_000, superseded: []) }
            #expect(try await engine.ledger.start(both, process: .new()).map(\.id) == [other])
            try await reliant.commit()
            #expect(try await start(engine, id).map(\.id) == [id])
        }
    }

    @Test("a dead job takes its key again or stays dead")
    func aDeadJobTakesItsKeyAgainOrStaysDead() async throws {
        try await Engine.with { engine in
            let first = try #require(try await enqueue(engine, try pending()))
            let error = AttemptError(
                kind: Task1.name, attempt: 1, code: "bad", message: "bad", process: "p", durationMilliseconds: 1,
                at: Date())
            _ = try await start(engine, first)
            #expect(
                try await engine.ledger.record(
                    .dead(reason: "permanent", error), job: first, epoch: 1_790_000_000_000_000))
            let second = try #require(try await enqueue(engine, try pending()))
            await #expect(throws: JobInspectionError.uniqueKeyTaken(first, by: second)) {
                try await engine.inspector.retry(first)
            }
            #expect(try await engine.job(first)?.state == .dead)
            try await engine.inspector.discard(second)
            try await engine.inspector.retry(first)
            #expect(try await engine.job(first)?.state == .ready)
            #expect(try await enqueue(engine, try pending()) == nil)
            // A statement that forgets to ask is stopped by the trigger.
            try await engine.inspector.discard(first)
            _ = try #require(try await enqueue(engine, try pending()))
            await #expect(throws: PostgresError.self) {
                try await engine.database.execute("UPDATE jobs SET state = 'ready' WHERE id = \(first)")
            }
        }
    }

    @Test("no key is left after a hundred thousand cycles")
    func noneIsLeft() async throws {
        try await Engine.with { engine in
            for round in 0..<5 {
                let until: UniqueKey.Release = round.isMultiple(of: 2) ? .finished : .started
                let jobs = (0..<20_000).map { Task1(text: "\($0)") }
                let batch = try JobLedger.insertions(of: jobs, unique: { try UniqueKey($0.text, until: until) })
                #expect(try await engine.database.pipeline([batch.statement])[0].affectedRows == 20_000)
                #expect(try await keysTaken(engine) == 20_000)
                try await engine.database.execute(
                    "UPDATE jobs SET state = 'running', process = 'p' WHERE state = 'ready'")
                try await engine.database.execute(
                    """
                    UPDATE jobs SET state = CASE WHEN payload ->> 'text' LIKE '%7' THEN 'dead' ELSE 'done' END,
                                    process = NULL,
                                    reason = CASE WHEN payload ->> 'text' LIKE '%7' THEN 'permanent' END
                     WHERE state = 'running'
                    """)
                #expect(try await keysTaken(engine) == 0)
            }
        }
    }
}

@Suite("A unique key is 1 to 200 bytes")
struct UniqueKeyTests {
    @Test(
        "a key of 1 to 200 bytes is taken",
        arguments: ["a", "order:42", String(repeating: "ä", count: 100), String(repeating: "x", count: 200)])
    func takesWhatFits(key: String) throws {
        #expect(try UniqueKey(key, until: .finished).key == key)
    }

    @Test(
        "any other key is refused",
        arguments: ["", String(repeating: "x", count: 201), String(repeating: "ä", count: 101), "a\0b"])
    func refusesWhatDoesNot(key: String) {
        #expect(throws: InvalidUniqueKey(bytes: key.utf8.count)) { try UniqueKey(key, until: .started) }
    }
}
