import Foundation
import Logging
import Postgres
import Redis
import ServiceLifecycle
import TestSupport

@testable import JobQueue

/// A queue engine with a database and a key prefix of its own, because a worker sweeps all of its ledger.
struct Engine: Sendable {
    let database: PostgresPool
    let redis: RedisClient
    let redisConfiguration: RedisConfiguration
    let dispatcher: JobDispatcher
    let logger: Logger
    let prefix = "test-\(UUID().uuidString.prefix(8))"

    /// Runs `body` with an engine of its own.
    static func with<Value>(redisURL: String? = nil, _ body: (Engine) async throws -> Value) async throws -> Value {
        try await TestDatabase.with(migrations: [try JobQueueMigrations.set()], poolSize: 8) { database in
            let engine = try Engine(database: database.pool, redisURL: try redisURL ?? TestEnvironment.redisURL)
            // As the workers of these queues do when they start.
            try await engine.ledger.register([Task1.queue, Task2.queue])
            let value = try await body(engine)
            await engine.redis.close()
            return value
        }
    }

    private init(database: PostgresPool, redisURL url: String) throws {
        var logger = Logger(label: "engine")
        logger.logLevel = .critical
        self.logger = logger
        self.database = database
        self.redisConfiguration = try RedisConfiguration(url: url)
        self.redis = RedisClient(try RedisConfiguration(url: url), logger: logger)
        self.dispatcher = JobDispatcher(redis: redis, prefix: prefix, logger: logger)
    }

    var inspector: JobInspector { JobInspector(database: database, dispatcher: dispatcher) }
    var ledger: JobLedger { JobLedger(database: database) }
    func keys(_ queue: QueueName) -> QueueKeys { QueueKeys(prefix: prefix, queue: queue) }

    /// Enqueues a durable job as a caller would: insert, commit, push.
    @discardableResult
    func enqueue(_ job: some Job, runAt: Date? = nil, push: Bool = true) async throws -> JobID {
        let pending = try JobLedger.insertion(of: job, runAt: runAt)
        try await database.execute(pending.statement)
        if push { await dispatcher.push([pending]) }
        return pending.id
    }

    /// Runs a worker while `body` runs, then shuts it down in good order.
    func withWorker<Value: Sendable>(
        _ registry: JobRegistry, queues: [QueueName: Int], grace: Duration = .seconds(5), schedules: [JobSchedule] = [],
        interceptors: [any JobInterceptor] = [], gates: [QueueName: any QueueGate] = [:],
        _ body: () async throws -> Value
    ) async throws -> Value {
        let worker = JobWorker(
            JobWorkerConfiguration(queues: queues, grace: grace, interceptors: interceptors, gates: gates),
            registry: registry,
            schedules: schedules,
            dispatcher: dispatcher,
            blockingConnections: redisConfiguration, database: database, logger: logger)
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

    func job(_ id: JobID) async throws -> JobDetail? { try await inspector.show(id) }

    func waitUntil(_ id: JobID, is state: JobState, within patience: Duration = .seconds(20)) async throws -> JobDetail
    {
        try await eventually(within: patience, "job \(id) is \(state)") {
            let job = try await job(id)
            return job?.state == state ? job : nil
        }
    }

    /// Claims as a process that never renews its lease, as if it had been killed right after; with `start`, after
    /// starting its durable jobs.
    func claimAndDie(_ queue: QueueName, count: Int, start: Bool) async throws -> [(epoch: Int64, envelope: Envelope)] {
        let keys = keys(queue)
        let process = ProcessID.new()
        let reply = try ClaimReply(
            try await redis.evaluate(
                QueueScripts.claim, keys: keys.forClaim(process),
                arguments: QueueScripts.claimArguments(process: process, free: count, acknowledge: [])))
        let claims = reply.claims.compactMap { claim in claim.envelope.map { (epoch: claim.epoch, envelope: $0) } }
        if start {
            let requests = claims.filter(\.envelope.isDurable).map {
                StartRequest(id: $0.envelope.id, epoch: $0.epoch, superseded: $0.envelope.superseded)
            }
            _ = try await ledger.start(requests, process: process)
        }
        // The lease lapses now, as if eight seconds had passed.
        _ = try await redis.send(RedisCommand("ZADD", .init(keys.leases), .init(1), .init(process.rawValue)))
        return claims
    }

    /// Processes whose lease in this queue has lapsed.
    func lapsed(_ queue: QueueName) async throws -> [ProcessID] {
        let reply =
            try await redis.evaluate(QueueScripts.lapsed, keys: [keys(queue).leases], arguments: []).elements ?? []
        return reply.dropFirst().compactMap(\.text).map(ProcessID.init(rawValue:))
    }
}
