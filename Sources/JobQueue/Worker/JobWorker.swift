public import Logging
public import Postgres
public import Redis
public import ServiceLifecycle

/// How a worker process runs jobs.
public struct JobWorkerConfiguration: Sendable {
    /// The queues it serves and how many jobs of each run at once: a bulkhead per queue.
    public var queues: [QueueName: Int]
    /// How long running jobs may go on after SIGTERM before they are released.
    public var grace: Duration
    /// After which finished jobs are dropped from the ledger: whole days, at least one.
    public var retention: Duration
    /// Hooks around every run of a handler, the first one outermost.
    public var interceptors: [any JobInterceptor]
    /// What holds the jobs of a queue back, for queues that have such a thing.
    public var gates: [QueueName: any QueueGate]

    /// Serves `queues`; 20 s of grace and 7 days of retention unless set.
    public init(
        queues: [QueueName: Int], grace: Duration = .seconds(20), retention: Duration = .days(7),
        interceptors: [any JobInterceptor] = [],
        gates: [QueueName: any QueueGate] = [:]
    ) {
        self.queues = queues
        self.grace = grace
        self.retention = retention
        self.interceptors = interceptors
        self.gates = gates
    }
}

/// A worker process: consumers for its queues, their leases, recovery of others' jobs, the ledger's sweeper and the
/// schedules.
///
/// As a `Service` it drains on graceful shutdown: it stops claiming, lets jobs finish for the grace time, and gives the
/// rest back with no attempt used.
public struct JobWorker: Service {
    private let configuration: JobWorkerConfiguration
    private let consumers: [Consumer]
    private let keeper: LeaseKeeper
    private let recovery: RecoverySweep
    private let ledgerSweep: LedgerSweep
    private let scheduler: JobScheduler
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: queues and how they are served.
    ///   - registry: the kinds it runs.
    ///   - schedules: what is enqueued at regular times; every worker of a program should name the same ones.
    ///   - dispatcher: also gives the Redis client and the prefix of the keys.
    ///   - blockingConnections: settings for the one blocking connection per queue.
    ///   - database: of the ledger.
    ///   - logger: told of what goes wrong, and of jobs that fail.
    public init(
        _ configuration: JobWorkerConfiguration, registry: JobRegistry, schedules: [JobSchedule] = [],
        dispatcher: JobDispatcher,
        blockingConnections: RedisConfiguration, database: PostgresPool, logger: Logger
    ) {
        let redis = dispatcher.redis
        let ledger = JobLedger(database: database)
        let keys = configuration.queues.keys.map { QueueKeys(prefix: dispatcher.prefix, queue: $0) }
        let progress = ProgressReporter(ledger: ledger, logger: logger)
        let runner = AttemptRunner(
            registry: registry, interceptors: configuration.interceptors, progress: progress, logger: logger)
        let executor = JobExecutor(runner: runner, ledger: ledger, redis: redis, logger: logger)
        self.configuration = configuration
        self.logger = logger
        self.consumers = keys.map { keys in
            var logger = logger
            logger[metadataKey: "queue"] = "\(keys.queue)"
            return Consumer(
                keys: keys, concurrency: max(1, configuration.queues[keys.queue] ?? 1), redis: redis,
                blocking: RedisBlockingConnection(blockingConnections, logger: logger), executor: executor,
                ledger: ledger,
                gate: configuration.gates[keys.queue], logger: logger)
        }
        self.keeper = LeaseKeeper(redis: redis, consumers: consumers, logger: logger)
        self.recovery = RecoverySweep(redis: redis, queues: keys, logger: logger)
        self.ledgerSweep = LedgerSweep(
            ledger: ledger, dispatcher: dispatcher, registry: registry, consumers: consumers, progress: progress,
            retention: configuration.retention, logger: logger)
        self.scheduler = JobScheduler(database: database, dispatcher: dispatcher, schedules: schedules, logger: logger)
    }

    /// Runs until graceful shutdown has drained every queue.
    ///
    /// - Throws: Nothing: outages are waited out.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { background in
            background.addTask { await keeper.run() }
            background.addTask { await recovery.run() }
            background.addTask { await ledgerSweep.run() }
            background.addTask { await scheduler.run() }
            background.addTask { await drainOnShutdown() }
            await withTaskGroup(of: Void.self) { group in
                for consumer in consumers { group.addTask { await consumer.run() } }
            }
            background.cancelAll()
        }
    }

    /// Runs what can be claimed now, in all its queues, and returns when nothing is left: for tests and one-off
    /// commands. Jobs that are due later stay where they are. A worker drains or runs, once.
    ///
    /// - Throws: Nothing: outages are waited out.
    public func drain() async throws {
        for consumer in consumers { consumer.endWhenEmpty() }
        try await run()
    }

    private func drainOnShutdown() async {
        do {
            try await gracefulShutdown()
        } catch {
            // Canceled: either all consumers have ended, or the whole process is forced to stop.
            for consumer in consumers { consumer.giveUp() }
            return
        }
        logger.notice("draining", metadata: ["grace_seconds": "\(configuration.grace.components.seconds)"])
        for consumer in consumers { consumer.drain() }
        try? await Task.sleep(for: configuration.grace)
        for consumer in consumers { consumer.giveUp() }
    }
}
