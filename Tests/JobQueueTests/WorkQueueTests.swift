import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import Synchronization
import TestSupport
import Testing

@Suite("A program needs a queue, handlers, and nothing else", .timeLimit(.minutes(1)))
struct WorkQueueTests {
    private struct Greet: Job {
        static let name = "greeting.print"
        let who: String
    }

    private struct Add: Job {
        static let name = "counter.add"
        static let retry: RetryPolicy = .exponential(attempts: 3, from: .milliseconds(10), to: .milliseconds(20))
        let amount: Int
    }

    private struct Refused: Error {}

    private func with(_ body: (WorkQueue) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let queue = WorkQueue(
                database: try database.makePool { $0.poolSize = 6 },
                redis: try RedisConfiguration(url: TestEnvironment.redisURL),
                keyPrefix: "test-\(UUID().uuidString.prefix(8))", logger: database.logger)
            try await queue.migrate()
            try await queue.database.execute("CREATE TABLE counter (total integer NOT NULL)")
            try await queue.database.execute("INSERT INTO counter VALUES (0)")
            try await body(queue)
            await queue.close()
        }
    }

    private func total(_ queue: WorkQueue) async throws -> Int {
        try await queue.database.query("SELECT total FROM counter")[0]["total"]
    }

    @Test("a job needs a name and a closure")
    func aJobNeedsANameAndAClosure() async throws {
        try await with { queue in
            let greeted = Mutex<[String]>([])
            var handlers = JobRegistry()
            handlers.register(Greet.self) { job, _ in greeted.withLock { $0.append(job.who) } }
            #expect(handlers.queues == [.standard])
            let id = try #require(try await queue.enqueue(Greet(who: "world")))
            try await queue.drain(handlers)
            #expect(greeted.withLock { $0 } == ["world"])
            #expect(try await queue.inspector.show(id)?.state == .done)
        }
    }

    @Test("jobs are committed with their transaction or not at all")
    func committedWithTheTransaction() async throws {
        try await with { queue in
            let kept = try await queue.transaction { tx in
                try tx.execute("UPDATE counter SET total = total + 1")
                return try tx.enqueue(Greet(who: "kept"))
            }
            await #expect(throws: Refused.self) {
                try await queue.transaction { tx in
                    try tx.execute("UPDATE counter SET total = total + 1")
                    try tx.enqueue(Greet(who: "lost"))
                    throw Refused()
                }
            }
            #expect(try await total(queue) == 1)
            #expect(try await queue.inspector.list(JobFilter(), limit: 10).items.map(\.id) == [kept])
        }
    }

    @Test("a handler's effects and the end of its job are one commit")
    func effectsAndEndAreOneCommit() async throws {
        try await with { queue in
            let starts = Atomic(0)
            var handlers = JobRegistry()
            handlers.register(Add.self) { job, context in
                let start = starts.add(1, ordering: .relaxed).newValue
                try await queue.transaction(completing: context) { tx in
                    try tx.execute("UPDATE counter SET total = total + \(job.amount)")
                    if start == 1 { throw Refused() }
                }
                // The job is done by now: what goes wrong afterwards runs it no more.
                throw Refused()
            }
            let id = try #require(try await queue.enqueue(Add(amount: 5)))
            try await queue.withWorker(handlers) {
                try await eventually(within: .seconds(20), "the job is done") {
                    try await queue.inspector.show(id)?.state == .done
                }
            }
            #expect(try await total(queue) == 5)
            #expect(starts.load(ordering: .relaxed) == 2)
            #expect(try await queue.inspector.show(id)?.errors.count == 1)
        }
    }

    @Test("of one unique key one job is enqueued")
    func ofOneUniqueKeyOneJobIsEnqueued() async throws {
        try await with { queue in
            let key = try UniqueKey("greeting", until: .finished)
            #expect(try await queue.enqueue(Greet(who: "first"), unique: key) != nil)
            #expect(try await queue.enqueue(Greet(who: "second"), unique: key) == nil)
            #expect(try await queue.transaction { try $0.enqueue(Greet(who: "third"), unique: key) } == nil)
            #expect(try await queue.inspector.list(JobFilter(), limit: 10).items.count == 1)
        }
    }

    @Test("an unreadable URL is refused")
    func anUnreadableURLIsRefused() {
        #expect(throws: PostgresError.self) { try WorkQueue(postgres: "nowhere", redis: "redis://localhost") }
        #expect(throws: RedisError.self) { try WorkQueue(postgres: "postgres://localhost/jobs", redis: "nowhere") }
    }
}
