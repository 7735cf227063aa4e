import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("Pages of jobs are complete, in order, and never read more than they may")
struct ListingTests {
    /// All pages, one after the other.
    private func all(_ engine: Engine, _ filter: JobFilter, limit: Int = 7) async throws -> [JobDetail] {
        var items: [JobDetail] = []
        var cursor: JobCursor?
        repeat {
            let page = try await engine.inspector.list(filter, limit: limit, after: cursor)
            #expect(page.items.count <= limit)
            #expect(page.nextCursor.map { JobCursor("\($0)") == $0 } ?? true)
            #expect(
                page.items.count == limit || page.nextCursor == nil || page.isCut
                    || !page.items.contains(where: \.isDurable))
            items += page.items
            cursor = page.nextCursor
        } while cursor != nil
        #expect(Set(items.map(\.id)).count == items.count, "nothing comes twice")
        return items
    }

    private func bury(
        _ engine: Engine, _ count: Int, diedAt: Int, queue: QueueName = Task1.queue, name: String = Task1.name
    ) async throws
        -> [JobID]
    {
        let keys = engine.keys(queue)
        let error = AttemptError(
            kind: name, attempt: 1, code: "transient", message: "no order 5", process: "p", durationMilliseconds: 1,
            at: Date())
        return try await withThrowingTaskGroup(of: JobID.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let id = JobID.new()
                    let envelope = Envelope(
                        id: id, name: name, version: 1, attempts: 1,
                        enqueuedAt: Int64(Date().timeIntervalSince1970 * 1000),
                        isDurable: false,
                        payload: Array(#"{"text":"ephemeral"}"#.utf8)[...], errors: Array((error.json + "\n").utf8)[...]
                    )
                    _ = try await engine.redis.send([
                        RedisCommand("ZADD", .init(keys.dead), .init(diedAt), .init(id.description)),
                        RedisCommand(
                            "HSET", .init(keys.bodies), .init(id.description),
                            .init(Array("permanent\n".utf8) + envelope.encoded())),
                    ])
                    return id
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("every state is paged newest first")
    func everyStateIsPagedNewestFirst() async throws {
        try await Engine.with { engine in
            var age = 0
            for (queue, count) in [(Task1.queue, 10), (Task2.queue, 15)] {
                for state in JobState.allCases {
                    try await GeneratedRows.insert(
                        count, state: state, queue: queue, endingAge: age, into: engine.database)
                    age += count
                }
            }
            for state in [nil] + JobState.allCases.map(Optional.some) {
                for (queue, count) in [(nil, 25), (Task1.queue, 10), (Task2.queue, 15)] {
                    let jobs = try await all(engine, JobFilter(state: state, queue: queue))
                    #expect(
                        jobs.count == (state == nil ? 6 * count : count),
                        "\(String(describing: state)) of \(String(describing: queue))")
                    #expect(jobs.map(\.id.description) == jobs.map(\.id.description).sorted(by: >))
                    #expect(jobs.allSatisfy { state == nil || $0.state == state })
                    #expect(jobs.allSatisfy { queue == nil || $0.queue == queue?.rawValue })
                }
            }
        }
    }

    @Test("every condition counts")
    func everyConditionCounts() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(
                20, name: "a", fingerprint: "fa", message: "sold OUT", endingAge: 7_200_000, into: engine.database)
            try await GeneratedRows.insert(10, queue: Task2.queue, name: "b", fingerprint: "fb", into: engine.database)
            try await GeneratedRows.insert(5, state: .parked, name: "a", fingerprint: "fa", into: engine.database)
            let hourAgo = Date().addingTimeInterval(-3600)
            let cases: [(JobFilter, Int)] = [
                (JobFilter(fingerprint: "fa"), 20), (JobFilter(state: .parked, fingerprint: "fa"), 5),
                (JobFilter(fingerprint: "nope"), 0),
                (JobFilter(state: .dead, name: "a"), 20), (JobFilter(name: "a"), 25),
                (JobFilter(state: .dead, queue: Task2.queue, name: "a"), 0),
                (JobFilter(state: .dead, queue: Task2.queue, name: "b", fingerprint: "fb"), 10),
                (JobFilter(since: hourAgo), 15),
                (JobFilter(state: .dead, since: hourAgo), 10), (JobFilter(state: .dead, name: "a", since: hourAgo), 0),
                (JobFilter(state: .dead, text: "sold out"), 20),
                (JobFilter(state: .dead, queue: Task1.queue, text: "JOB 3"), 1),
                (JobFilter(text: "no order 3"), 2), (JobFilter(state: .dead, hasErrors: false), 0),
                (JobFilter(state: .ready, fingerprint: "fa"), 0),
            ]
            for (filter, count) in cases { #expect(try await all(engine, filter).count == count, "\(filter)") }
        }
    }

    @Test("a search that finds nothing stops at its bound and can go on")
    func fruitlessSearch()
        async throws
    {
        try await Engine.with { engine in
            let reach = JobInspector.examined
            try await GeneratedRows.insert(1, message: "needle", endingAge: 60_000, into: engine.database)
            try await GeneratedRows.insert(reach + 10, into: engine.database)
            let first = try await engine.inspector.list(JobFilter(state: .dead, text: "needle"), limit: 10)
            #expect(first.items.isEmpty)
            #expect(first.isCut)
            let second = try await engine.inspector.list(
                JobFilter(state: .dead, text: "needle"), limit: 10, after: first.nextCursor)
            #expect(second.items.count == 1)
            #expect(!second.isCut)
            #expect(second.nextCursor == nil)
            // What an index answers is never cut.
            let all = try await engine.inspector.list(JobFilter(state: .dead), limit: 10)
            #expect(all.items.count == 10)
            #expect(!all.isCut)
        }
    }

    @Test("waiting jobs are found behind many finished ones")
    func waitingBehindFinished()
        async throws
    {
        try await Engine.with { engine in
            let reach = JobInspector.examined
            try await GeneratedRows.insert(3, state: .ready, endingAge: 3_600_000, into: engine.database)
            try await GeneratedRows.insert(reach + 10, state: .done, into: engine.database)
            #expect(
                try await engine.inspector.list(JobFilter(state: .ready, hasErrors: true), limit: 10).items.count == 3)
            // More of them than one call may look at: the newest ones, from the other end.
            try await GeneratedRows.insert(reach + 10, state: .ready, queue: Task2.queue, into: engine.database)
            let page = try await engine.inspector.list(JobFilter(state: .ready), limit: 10)
            #expect(page.items.count == 10)
            #expect(page.items.map(\.queue) == Array(repeating: Task2.queue.rawValue, count: 10))
            #expect(page.nextCursor != nil)
        }
    }

    @Test("dead jobs in Redis follow those of the ledger")
    func deadJobsInRedis() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(10, into: engine.database)
            // More in one millisecond than one read of the sorted set brings.
            let together = try await bury(engine, 450, diedAt: 5000)
            let later = try await bury(engine, 3, diedAt: 6000)
            let other = try await bury(engine, 5, diedAt: 7000, queue: Task2.queue, name: "b")
            for limit in [7, 10, 200] {
                let jobs = try await all(engine, JobFilter(state: .dead), limit: limit)
                #expect(jobs.prefix(10).allSatisfy { $0.isDurable })
                #expect(Set(jobs[10..<13].map(\.id)) == Set(later))
                #expect(Set(jobs[13..<463].map(\.id)) == Set(together))
                #expect(Set(jobs[463...].map(\.id)) == Set(other))
            }
            #expect(try await all(engine, JobFilter(state: .dead, queue: Task2.queue)).map(\.id).count == 5)
            #expect(try await all(engine, JobFilter(state: .dead, name: "b")).count == 5)
            let fingerprint = try #require(try await engine.job(other[0])?.fingerprint)
            #expect(try await all(engine, JobFilter(fingerprint: fingerprint)).count == 5)
            #expect(try await all(engine, JobFilter(state: .dead, text: "EPHEMERAL")).count == 458)
            // By id: look-up, retry, discard.
            try await engine.inspector.retry(other[0])
            try await engine.inspector.discard(other[1])
            #expect(try await engine.job(other[0]) == nil)
            #expect(try await engine.job(other[1]) == nil)
            #expect(try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task2.queue).ready))).int == 1)
            #expect(try await engine.redis.send(RedisCommand("HLEN", .init(engine.keys(Task2.queue).bodies))).int == 3)
            await #expect(throws: JobInspectionError.notFound(other[1])) {
                try await engine.inspector.discard(other[1])
            }
        }
    }

    @Test(
        "a cursor that no page gave out is refused",
        arguments: [
            "", "x", "redis", "redis:", "redis:a b", "redis:one:5", "redis:one:x:\(JobID.new())", "redis:one:5:no-id",
            "redis:one:5:\(JobID.new()):", "\(JobID.new())", "\(ListCursor([.number(1)], of: .init("jobs")))",
            "\(ListCursor([.text("no id")], of: .init("jobs")))",
            "\(ListCursor([.text("one"), .number(5)], of: .init("jobs")))",
            "\(ListCursor([.text("one"), .number(5), .text("no id")], of: .init("jobs")))",
            "\(ListCursor([.text("a b"), .number(0)], of: .init("jobs")))",
        ])
    func aCursorThatNoPageGaveOutIsRefused(text: String) {
        #expect(JobCursor(text) == nil)
    }

    @Test("a cursor is of the list that gave it out")
    func aCursorIsOfTheListThatGaveItOut() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(12, into: engine.database)
            let cursor = try #require(try await engine.inspector.list(JobFilter(state: .dead), limit: 5).nextCursor)
            let since = Date(timeIntervalSince1970: 0)
            #expect(
                try await engine.inspector.list(JobFilter(state: .dead, since: since), limit: 5, after: cursor).items
                    .count == 5)
            for other in [
                JobFilter(), JobFilter(state: .parked), JobFilter(state: .dead, queue: Task1.queue),
                JobFilter(state: .dead, name: "x"),
                JobFilter(state: .dead, text: "x"), JobFilter(state: .dead, hasErrors: true),
                JobFilter(state: .dead, fingerprint: "x"),
            ] {
                await #expect(throws: JobInspectionError.foreignCursor) {
                    try await engine.inspector.list(other, limit: 5, after: cursor)
                }
            }
            #expect(throws: JobInspectionError.foreignCursor) {
                try engine.inspector.change(.discard, matching: JobFilter(name: "x"), from: cursor)
            }
        }
    }
}
