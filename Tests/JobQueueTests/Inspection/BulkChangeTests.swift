import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("Many dead letters are changed in small steps, each job once")
struct BulkChangeTests {
    private func run(
        _ engine: Engine, _ action: BulkAction, _ filter: JobFilter, from cursor: JobCursor? = nil
    ) async throws -> [BulkProgress] {
        try await engine.inspector.change(action, matching: filter, from: cursor).reduce(into: []) { $0.append($1) }
    }

    private func count(_ engine: Engine, _ state: JobState) async throws -> Int {
        try await engine.database.query("SELECT count(*) AS count FROM jobs WHERE state = \(state.rawValue)")[0][
            "count"]
    }

    @Test("all that match are retried in batches")
    func allThatMatchAreRetriedInBatches() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(1_200, fingerprint: "a", endingAge: 10_000, into: engine.database)
            try await GeneratedRows.insert(300, fingerprint: "b", into: engine.database)
            try await GeneratedRows.insert(
                5, state: .parked, fingerprint: "a", endingAge: 20_000, into: engine.database)
            let steps = try await run(engine, .retry, JobFilter(fingerprint: "a"))
            #expect(steps.map(\.changed) == [500, 1_000, 1_200])
            #expect(steps.last?.nextCursor == nil)
            #expect(try await count(engine, .ready) == 1_200)
            #expect(try await count(engine, .dead) == 300)
            #expect(
                try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task1.queue).ready))).int == 1_200)
            let kept = try await engine.database.query(
                "SELECT DISTINCT attempts, fingerprint FROM jobs WHERE state = 'ready'")
            #expect(kept.count == 1)
            #expect(try kept[0]["attempts"] as Int == 0)

            let discarded = try await run(engine, .discard, JobFilter(state: .dead))
            #expect(discarded.map(\.changed) == [300])
            #expect(try await count(engine, .discarded) == 300)
            #expect(try await run(engine, .discard, JobFilter()).map(\.changed) == [0])
            #expect(try await count(engine, .parked) == 5)
        }
    }

    @Test("only dead and parked jobs are changed in bulk")
    func onlyDeadAndParked() async throws {
        try await Engine.with { engine in
            for state in JobState.allCases where state != .dead && state != .parked {
                #expect(throws: JobInspectionError.notInBulk(state)) {
                    _ = try engine.inspector.change(.retry, matching: JobFilter(state: state))
                }
            }
        }
    }

    @Test("a held row or key is not waited for")
    func heldRowsAndKeys() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(20, into: engine.database)
            try await engine.database.execute(
                """
                UPDATE jobs SET unique_key = CASE WHEN payload ->> 'text' IN ('job 1', 'job 2') THEN 'twice'
                                                  ELSE 'taken' END, unique_until = 'finished'
                 WHERE payload ->> 'text' IN ('job 1', 'job 2', 'job 3')
                """)
            let holder = try JobLedger.insertion(of: Task1(), unique: try UniqueKey("taken", until: .finished))
            try await engine.database.execute(holder.statement)
            let locked = HeldTransaction(
                ["SELECT FROM jobs WHERE payload ->> 'text' = 'job 4' FOR UPDATE"], on: engine.database)
            _ = try await locked.waitForResults()
            let steps = try await run(engine, .retry, JobFilter(state: .dead))
            #expect(steps.map(\.changed) == [17])
            #expect(steps.map(\.left) == [3])
            await locked.rollBack()
            let dead: [String] = try await engine.database.query(
                "SELECT payload ->> 'text' AS text FROM jobs WHERE state = 'dead' ORDER BY 1"
            )
            .map { try $0["text"] }
            #expect(dead.count == 3)
            #expect(
                dead.contains("job 3") && dead.contains("job 4"), "the third is one of the two with one key: \(dead)")
        }
    }

    @Test("a change goes on where the one before left off")
    func aChangeGoesOnWhereOneBeforeLeftOff() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(1_100, into: engine.database)
            var iterator = try engine.inspector.change(.discard, matching: JobFilter()).makeAsyncIterator()
            let first = try #require(try await iterator.next())
            #expect(first.changed == 500)
            // Younger ones that die meanwhile are not for this change.
            try await GeneratedRows.insert(10, into: engine.database)
            let rest = try await run(engine, .discard, JobFilter(), from: first.nextCursor)
            #expect(rest.last?.changed == 600)
            #expect(try await count(engine, .dead) == 10)
        }
    }

    @Test("dead jobs in Redis are changed too")
    func deadJobsInRedisAreChangedToo() async throws {
        try await Engine.with { engine in
            let keys = engine.keys(Task1.queue)
            var ids: [JobID] = []
            for number in 0..<600 {
                let envelope = Envelope(
                    id: .new(), name: Task1.name, version: 1, attempts: 4, crashes: 1, enqueuedAt: 1, isDurable: false,
                    payload: Array(#"{"text":""}"#.utf8)[...])
                ids.append(envelope.id)
                _ = try await engine.redis.send([
                    RedisCommand("ZADD", .init(keys.dead), .init(number), .init(envelope.id.description)),
                    RedisCommand(
                        "HSET", .init(keys.bodies), .init(envelope.id.description),
                        .init(Array("permanent\n".utf8) + envelope.encoded())),
                ])
            }
            try await GeneratedRows.insert(450, into: engine.database)
            let steps = try await run(engine, .retry, JobFilter(state: .dead))
            #expect(steps.map(\.changed) == [500, 1_000, 1_050])
            #expect(try await engine.redis.send(RedisCommand("ZCARD", .init(keys.dead))).int == 0)
            #expect(try await engine.redis.send(RedisCommand("HLEN", .init(keys.bodies))).int == 0)
            let claims = try await engine.claimAndDie(Task1.queue, count: 2_000, start: false)
            #expect(claims.count == 1_050)
            let ephemeral = claims.map(\.envelope).filter { !$0.isDurable }
            #expect(Set(ephemeral.map(\.id)) == Set(ids))
            #expect(ephemeral.allSatisfy { $0.attempts == 0 && $0.crashes == 0 })
        }
    }

    @Test("a group tells what its jobs have in common")
    func groupsTellWhatTheyHaveInCommon() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(
                3, fingerprint: "a", message: "old", endingAge: 10_000, into: engine.database)
            try await GeneratedRows.insert(
                4, queue: Task2.queue, name: Task2.name, fingerprint: "b", message: "sold out", into: engine.database)
            try await GeneratedRows.insert(2, fingerprint: "a", message: "new", into: engine.database)
            try await GeneratedRows.insert(9, state: .parked, fingerprint: "c", into: engine.database)
            try await GeneratedRows.insert(9, fingerprint: nil, endingAge: 20_000, into: engine.database)
            let groups = try await engine.inspector.deadGroups()
            #expect(groups.map(\.fingerprint) == ["a", "b"])
            #expect(groups.map(\.count) == [5, 4])
            #expect(groups.map(\.name) == [Task1.name, Task2.name])
            #expect(groups.map(\.code) == ["transient", "transient"])
            #expect(groups.map(\.message) == ["new 2", "sold out 4"])
            #expect(groups.map(\.reason) == ["attempts_exhausted", "attempts_exhausted"])
            #expect(groups.allSatisfy { $0.firstAt < $0.lastAt })
            #expect(try await engine.inspector.deadGroups(queue: Task2.queue).map(\.fingerprint) == ["b"])
            #expect(try await engine.inspector.deadGroups(limit: 1).map(\.fingerprint) == ["a"])
        }
    }

    @Test("fifty thousand changes do not hold up claims")
    func fiftyThousandDoNotHoldUpClaims() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(50_000, queue: Task2.queue, name: Task2.name, into: engine.database)
            let log = RunLog()
            let registry = JobRegistry(Handler(Task1.self, log: log))
            try await engine.withWorker(registry, queues: [Task1.queue: 4]) {
                let inspector = engine.inspector
                try await withThrowingTaskGroup(of: BulkProgress?.self) { group in
                    group.addTask {
                        var last: BulkProgress?
                        for try await progress in try inspector.change(.retry, matching: JobFilter(queue: Task2.queue))
                        { last = progress }
                        return last
                    }
                    // Jobs of another queue go on meanwhile.
                    var times: [Duration] = []
                    for _ in 0..<20 {
                        let began = ContinuousClock.now
                        let id = try await engine.enqueue(Task1())
                        try await eventually(within: .seconds(10), "it runs") { !log.of(id).isEmpty }
                        times.append(ContinuousClock.now - began)
                    }
                    #expect(times.sorted()[times.count / 2] < .seconds(3), "\(times)")
                    #expect(try await group.next()??.changed == 50_000)
                }
            }
            #expect(try await count(engine, .dead) == 0)
        }
    }
}
