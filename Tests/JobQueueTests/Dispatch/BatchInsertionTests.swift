import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("Many jobs of a kind go in with one statement")
struct BatchInsertionTests {
    @Test("fifty thousand jobs go in within a few seconds")
    func fiftyThousandInAFewSeconds() async throws {
        try await Engine.with { engine in
            let batch = try JobLedger.insertions(of: (0..<50_000).map { Task1(text: "job \($0)") })
            let began = ContinuousClock.now
            #expect(try await engine.database.execute(batch.statement) == 50_000)
            await engine.dispatcher.push(batch)
            #expect(ContinuousClock.now - began < .seconds(20))
            #expect(
                try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task1.queue).ready))).int == 50_000)
            // The order of the payloads is the order of the ids, and of the list.
            let rows = try await engine.database.query(
                "SELECT id, payload ->> 'text' AS text FROM jobs ORDER BY id LIMIT 3")
            #expect(try rows.map { try $0["text"] } == ["job 0", "job 1", "job 2"])
            let claims = try await engine.claimAndDie(Task1.queue, count: 3, start: false)
            #expect(claims.map(\.envelope.id) == Array(batch.ids.prefix(3)))
        }
    }

    @Test("a batch runs and keeps what it was given")
    func aBatchRunsAndKeepsWhatItWasGiven() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let due = Date().addingTimeInterval(1)
            let now = try JobLedger.insertions(
                of: [Task1(text: "a"), Task1(text: "it's \"b\" \\ {c}, NULL")], traceparent: "00-ab-cd-01")
            let later = try JobLedger.insertions(of: [Task1(text: "later")], runAt: due)
            _ = try await engine.database.pipeline([now.statement, later.statement])
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 4]) {
                await engine.dispatcher.push(now)
                await engine.dispatcher.push(later)
                for id in now.ids + later.ids { _ = try await engine.waitUntil(id, is: .done) }
            }
            #expect(log.of(later.ids[0]).allSatisfy { $0.at >= due })
            let rows = try await engine.database.query(
                "SELECT payload ->> 'text' AS text, traceparent FROM jobs ORDER BY id")
            #expect(try rows.map { try $0["text"] } == ["a", "it's \"b\" \\ {c}, NULL", "later"])
            #expect(try rows.map { try $0["traceparent"] as String? } == ["00-ab-cd-01", "00-ab-cd-01", nil])
        }
    }

    @Test("of several jobs with one key the first is inserted")
    func firstOfOneKey()
        async throws
    {
        try await Engine.with { engine in
            for until in [UniqueKey.Release.finished, .started] {
                func batch(_ texts: [String]) throws -> PendingBatch {
                    try JobLedger.insertions(of: texts.map { Task1(text: $0) }) {
                        try UniqueKey("\(until)-\($0.text.prefix(1))", until: until)
                    }
                }
                let first = try batch(["a1", "b1", "a2"])
                let inserted = try first.inserted(by: try await engine.database.pipeline([first.statement])[0])
                #expect(inserted.ids == [first.ids[0], first.ids[1]])
                let second = try batch(["b2", "c1"])
                #expect(
                    try second.inserted(by: try await engine.database.pipeline([second.statement])[0]).ids == [
                        second.ids[1]
                    ])
            }
            #expect(try await engine.database.query("SELECT FROM jobs").count == 6)
        }
    }

    @Test("an empty batch is nothing")
    func anEmptyBatchIsNothing() async throws {
        try await Engine.with { engine in
            let batch = try JobLedger.insertions(of: [Task1]())
            #expect(try await engine.database.execute(batch.statement) == 0)
            await engine.dispatcher.push(batch)
        }
    }
}
