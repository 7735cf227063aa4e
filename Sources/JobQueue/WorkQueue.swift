public import Foundation
public import Logging
public import Postgres
public import Redis
import ServiceLifecycle
import UnixSignals

/// A queue of jobs on one PostgreSQL and one Redis: where a program that uses this library begins.
///
///     let queue = try WorkQueue(postgres: "postgres://localhost/app", redis: "redis://localhost")
///     try await queue.migrate()
///     try await queue.enqueue(Greet(who: "world"))
///
///     var handlers = JobRegistry()
///     handlers.register(Greet.self) { job, _ in print("Hello, \(job.who)!") }
///     try await queue.run(handlers)
///
/// The jobs enqueued here are *durable*: each is a row in PostgreSQL, and Redis only tells workers where to look. Jobs
/// that live in Redis alone go through ``dispatcher``.
public struct WorkQueue: Sendable {
    /// Connections to the database of the ledger, which may hold the program's own tables too.
    public let database: PostgresPool
    /// Pushes jobs to Redis.
    public let dispatcher: JobDispatcher
    private let redis: RedisConfiguration
    private let logger: Logger

    /// Connects when first used; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - postgres: `postgres://user:password@host:port/database`, see `PostgresConfiguration`.
    ///   - redis: `redis://host:port`, see `RedisConfiguration`.
    ///   - keyPrefix: begins every key in Redis; two programs that share a Redis need two.
    ///   - logger: told of what goes wrong in the background.
    /// - Throws: `PostgresError` or `RedisError` for a URL that cannot be read.
    public init(
        postgres: String, redis: String, keyPrefix: String = "jobs", logger: Logger = Logger(label: "job-queue")
    ) throws {
        self.init(
            database: PostgresPool(try PostgresConfiguration(url: postgres), logger: logger),
            redis: try RedisConfiguration(url: redis), keyPrefix: keyPrefix, logger: logger)
    }

    /// A queue on a pool that the program has already.
    ///
    /// - Parameters:
    ///   - database: as many connections as jobs of all queues write at the same time, and a few more.
    ///   - redis: the server, the sentinels or the cluster; connections are made as needed.
    ///   - keyPrefix: begins every key in Redis; two programs that share a Redis need two.
    ///   - maximumLengths: how many jobs may wait in the Redis list of a queue; any number where nothing is said.
    ///     Durable jobs beyond it wait in the ledger.
    ///   - logger: told of what goes wrong in the background.
    public init(
        database: PostgresPool, redis: RedisConfiguration, keyPrefix: String = "jobs",
        maximumLengths: [QueueName: Int] = [:], logger: Logger = Logger(label: "job-queue")
    ) {
        self.database = database
        self.redis = redis
        self.logger = logger
        dispatcher = JobDispatcher(
            redis: RedisClient(redis, logger: logger), prefix: keyPrefix, bounds: maximumLengths, logger: logger)
    }

    /// Makes the ledger's tables, or brings them up to this version. Safe to repeat, also from several processes at
    /// once.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    public func migrate() async throws {
        _ = try await Migrator(sets: [JobQueueMigrations.set()]).migrate(database)
        try await JobLedger(database: database).buildMissingIndexes()
    }

    /// Ends the connections. Jobs that were enqueued stay where they are.
    public func close() async {
        await database.close()
        await dispatcher.redis.close()
    }

    /// What operators do: list, look at, retry, discard and cancel jobs; pause, resume and limit queues.
    public var inspector: JobInspector { JobInspector(database: database, dispatcher: dispatcher) }

    // MARK: Enqueuing

    /// Enqueues a durable job in a transaction of its own.
    ///
    /// - Parameters:
    ///   - job: the payload, at most 64 KiB of JSON.
    ///   - unique: while another job of the queue holds this key, nothing is enqueued.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handler; without one that of this task.
    /// - Returns: the job's id; nil when another job holds the unique key.
    /// - Throws: ``JobPayloadError``, `PostgresError`, or `CancellationError` while it waits for a connection. A Redis
    ///   that is away is no error: the ledger holds the job, and a worker's sweep pushes it.
    @discardableResult
    public func enqueue<Kind: Job>(
        _ job: Kind, unique: UniqueKey? = nil, runAt: Date? = nil, traceparent: String? = nil
    ) async throws -> JobID? {
        let pending = try JobLedger.insertion(of: job, unique: unique, runAt: runAt, traceparent: traceparent)
        guard let inserted = try await database.run(pending) else { return nil }
        await dispatcher.push([inserted])
        return inserted.id
    }

    /// Runs `body` in one transaction with the jobs that it enqueues: they are there when its other changes are, and
    /// are pushed right after the commit.
    ///
    ///     let order = try await queue.transaction { tx in
    ///         let id: Int = try tx.query("INSERT INTO orders (item) VALUES ('lamp') RETURNING id")[0]["id"]
    ///         try tx.enqueue(SendReceipt(order: id))
    ///         return id
    ///     }
    ///
    /// The body runs on the connection's thread, and once more from its start when PostgreSQL reports a deadlock or a
    /// serialization failure; it must have no effects of its own.
    ///
    /// - Throws: what `body` throws, `PostgresError`, or `CancellationError` while it waits for a connection. Then
    ///   neither its changes nor its jobs are there, unless the connection broke during the commit
    ///   (`PostgresError.outcomeUnknown`).
    @discardableResult
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (JobTransaction) throws -> Value
    ) async throws -> Value {
        let (value, jobs) = try await database.transaction { postgres in
            let transaction = JobTransaction(postgres)
            return (try body(transaction), transaction.jobs)
        }
        await dispatcher.push(jobs)
        return value
    }

    /// The same within a handler, whose job is completed by the same commit: its effects take place exactly once,
    /// however often and wherever the job is started.
    ///
    /// - Throws: also ``JobFenced`` when the job has moved on to another worker; hand it on. Everything is rolled back.
    @discardableResult
    public func transaction<Value: Sendable>(
        completing context: JobContext, _ body: @escaping @Sendable (JobTransaction) throws -> Value
    ) async throws -> Value {
        let completion = context.completion
        let (value, jobs) = try await database.transaction { postgres in
            let transaction = JobTransaction(postgres)
            let value = try body(transaction)
            try postgres.run(completion)
            return (value, transaction.jobs)
        }
        await dispatcher.push(jobs)
        return value
    }

    // MARK: Running

    /// A worker for the jobs of `handlers`, to be run in a program's `ServiceGroup`.
    ///
    /// - Parameters:
    ///   - handlers: the kinds it runs; it serves their queues.
    ///   - concurrency: how many jobs of each queue run at once.
    ///   - schedules: what is enqueued at regular times. Every worker of a program should name the same ones.
    ///   - configure: changes what the configuration says beyond that: queues, grace time, retention, interceptors,
    ///     gates.
    public func worker(
        _ handlers: JobRegistry, concurrency: Int = 10, schedules: [JobSchedule] = [],
        configure: (inout JobWorkerConfiguration) -> Void = { _ in }
    ) -> JobWorker {
        var configuration = JobWorkerConfiguration(
            queues: Dictionary(uniqueKeysWithValues: handlers.queues.map { ($0, concurrency) }))
        configure(&configuration)
        return JobWorker(
            configuration, registry: handlers, schedules: schedules, dispatcher: dispatcher,
            blockingConnections: redis, database: database, logger: logger)
    }

    /// Runs a worker until SIGTERM or SIGINT, then lets its jobs finish, releases what takes longer than the grace
    /// time, and closes the queue: the last line of a worker program.
    ///
    /// - Throws: what the `ServiceGroup` throws. Outages of PostgreSQL or Redis are waited out.
    public func run(_ handlers: JobRegistry, concurrency: Int = 10, schedules: [JobSchedule] = []) async throws {
        let worker = worker(handlers, concurrency: concurrency, schedules: schedules)
        let group = ServiceGroup(services: [worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
        await close()
    }

    /// Runs a worker while `body` runs, then shuts it down in good order: for tests, and for programs that end.
    ///
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func withWorker<Value: Sendable>(
        _ handlers: JobRegistry, concurrency: Int = 10, schedules: [JobSchedule] = [],
        _ body: () async throws -> Value
    ) async throws -> Value {
        let worker = worker(handlers, concurrency: concurrency, schedules: schedules)
        let group = ServiceGroup(services: [worker], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                let value = try await body()
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return value
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
    }

    /// Runs what can be claimed now, and returns when nothing is left: for tests and one-off commands. Jobs that are
    /// due later stay where they are.
    ///
    /// - Throws: nothing but what ``JobWorker/run()`` throws.
    public func drain(_ handlers: JobRegistry, concurrency: Int = 10) async throws {
        try await worker(handlers, concurrency: concurrency).drain()
    }
}

/// An open transaction that jobs can be enqueued in, handed out by ``WorkQueue/transaction(_:)``. Of no use outside of
/// that call's closure.
public final class JobTransaction {
    /// The transaction itself, for code that takes one.
    public let postgres: PostgresTransaction
    fileprivate private(set) var jobs: [PendingJob] = []

    fileprivate init(_ postgres: PostgresTransaction) { self.postgres = postgres }

    /// Enqueues a durable job: it runs after the commit, and never when there is none.
    ///
    /// - Parameters:
    ///   - job: the payload, at most 64 KiB of JSON.
    ///   - unique: while another job of the queue holds this key, nothing is enqueued and the transaction goes on. When
    ///     another transaction is about to take the key, the call waits for that one's end.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handler; without one that of this task.
    /// - Returns: the job's id; nil when another job holds the unique key.
    /// - Throws: ``JobPayloadError``, `PostgresError`.
    @discardableResult
    public func enqueue<Kind: Job>(
        _ job: Kind, unique: UniqueKey? = nil, runAt: Date? = nil, traceparent: String? = nil
    ) throws -> JobID? {
        let pending = try JobLedger.insertion(of: job, unique: unique, runAt: runAt, traceparent: traceparent)
        guard let inserted = try postgres.run(pending) else { return nil }
        jobs.append(inserted)
        return inserted.id
    }

    /// Runs a statement and returns its rows.
    /// - Throws: `PostgresError`.
    public func query(_ sql: SQL) throws(PostgresError) -> [PostgresRow] { try postgres.query(sql) }

    /// Runs a statement.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func execute(_ sql: SQL) throws(PostgresError) -> Int { try postgres.execute(sql) }
}
