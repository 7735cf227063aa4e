import ArgumentParser
import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import ServiceLifecycle

/// The servers a measurement runs on, and the engine's parts that talk to them.
struct Services: Sendable {
    let redisConfiguration: RedisConfiguration
    let redis: RedisClient
    let database: PostgresPool
    let dispatcher: JobDispatcher
    let logger: Logger

    /// Connects to the servers that the environment names, and makes the ledger's tables where they are missing.
    init(prefix: String, connections: Int? = nil, logLevel: Logger.Level = .error) async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let databaseURL = environment["DATABASE_URL"], let redisURL = environment["REDIS_URL"] else {
            throw ValidationError("Set DATABASE_URL and REDIS_URL. `make bench` does, with private servers.")
        }
        var logger = Logger(label: "bench")
        logger.logLevel = logLevel
        var databaseConfiguration = try PostgresConfiguration(url: databaseURL)
        if let connections { databaseConfiguration.poolSize = connections }
        self.logger = logger
        redisConfiguration = try RedisConfiguration(url: redisURL)
        redis = RedisClient(redisConfiguration, logger: logger)
        database = PostgresPool(databaseConfiguration, logger: logger)
        dispatcher = JobDispatcher(redis: redis, prefix: prefix, logger: logger)
        _ = try await Migrator(sets: [JobQueueMigrations.set()]).migrate(database)
    }

    func close() async {
        await database.close()
        await redis.close()
    }

    /// A worker for the benchmark's queues.
    func worker(_ queues: [QueueName: Int], registry: JobRegistry) -> JobWorker {
        JobWorker(
            JobWorkerConfiguration(queues: queues, grace: .seconds(5)), registry: registry, dispatcher: dispatcher,
            blockingConnections: redisConfiguration, database: database, logger: logger)
    }

    /// Runs a worker in this process until `body` is done.
    func withWorker(concurrency: Int, registry: JobRegistry, _ body: @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(services: [worker([NoOp.queue: concurrency], registry: registry)], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Bytes that Redis uses for data: its memory without the buffers of clients and of the append-only file.
    func redisBytes() async throws -> Int {
        let text = try await redis.send(RedisCommand("INFO", "memory")).text ?? ""
        func field(_ name: String) -> Int {
            text.split(separator: "\r\n").first { $0.hasPrefix(name + ":") }.flatMap {
                Int($0.dropFirst(name.count + 1))
            } ?? 0
        }
        return field("used_memory") - field("mem_clients_normal") - field("mem_aof_buffer")
    }

    /// Enqueues `jobs` no-op jobs with the given numbers, 10,000 at a time; durable ones 1,000 at a time.
    func fill(_ numbers: Range<Int>, durable: Bool) async throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: durable ? 1000 : 10_000) {
            let jobs = (start..<min(start + (durable ? 1000 : 10_000), numbers.upperBound)).map { NoOp(number: $0) }
            if durable {
                let pending = try jobs.map { try JobLedger.insertion(of: $0) }
                _ = try await database.pipeline(pending.map(\.statement))
                await dispatcher.push(pending)
            } else {
                try await dispatcher.enqueueEphemeral(jobs)
            }
        }
    }
}
