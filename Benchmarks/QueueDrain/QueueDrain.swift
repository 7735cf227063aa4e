import ArgumentParser
import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import ServiceLifecycle
import Synchronization

/// Drains no-op jobs: how many per second, at which CPU cost.
///
/// Method: the jobs are enqueued first (in bulk, a payload of about 200 bytes); then one worker with the given concurrency is started in
/// this process, and the clock runs from its start to the end of the last job. The count of runs is checked. `--durable` drains jobs that
/// have a ledger row, inserted and started and completed in PostgreSQL; otherwise jobs are in Redis alone, still claimed, leased and
/// acknowledged. Repeat with `--rounds`; the median is the figure to quote.
@main
struct QueueDrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "QueueDrain", abstract: "No-op jobs drained per second. Needs DATABASE_URL (migrated) and REDIS_URL.")

    @Option(help: "Jobs per round.") var jobs = 100_000
    @Option(help: "Jobs running at once.") var concurrency = 100
    @Option(help: "Rounds; the median counts.") var rounds = 5
    @Flag(help: "Jobs with a row in the PostgreSQL ledger.") var durable = false

    func run() async throws {
        guard let databaseURL = ProcessInfo.processInfo.environment["DATABASE_URL"],
            let redisURL = ProcessInfo.processInfo.environment["REDIS_URL"]
        else { throw ValidationError("Set DATABASE_URL and REDIS_URL. `make bench` does, with private servers.") }
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let redisConfiguration = try RedisConfiguration(url: redisURL)
        let database = PostgresPool(try PostgresConfiguration(url: databaseURL), logger: logger)
        let redis = RedisClient(redisConfiguration, logger: logger)
        let dispatcher = JobDispatcher(redis: redis, prefix: "bench-\(UInt32.random(in: 0 ... .max))", logger: logger)

        var rates: [Double] = []
        for round in 1...rounds {
            let enqueueing = ContinuousClock().now
            try await enqueue(dispatcher, database)
            let enqueued = seconds(since: enqueueing)
            let (drained, cpu) = try await drain(dispatcher, redisConfiguration, database, logger)
            rates.append(Double(jobs) / drained)
            print(
                "round \(round): enqueued \(Int(Double(jobs) / enqueued))/s, drained \(Int(Double(jobs) / drained))/s,",
                "worker CPU \(String(format: "%.2f", cpu * 100_000 / Double(jobs))) s per 100,000 jobs")
        }
        let median = rates.sorted()[rates.count / 2]
        print(
            "median: \(Int(median)) \(durable ? "durable" : "ephemeral") no-op jobs/s, concurrency \(concurrency), \(jobs) jobs per round")
        await database.close()
        await redis.close()
    }

    private func enqueue(_ dispatcher: JobDispatcher, _ database: PostgresPool) async throws {
        let batch = 1000
        for start in stride(from: 0, to: jobs, by: batch) {
            let payloads = (start..<min(start + batch, jobs)).map { NoOp(number: $0) }
            if durable {
                let pending = try payloads.map { try JobLedger.insertion(of: $0) }
                _ = try await database.pipeline(pending.map(\.statement))
                await dispatcher.push(pending)
            } else {
                try await dispatcher.enqueueEphemeral(payloads)
            }
        }
    }

    private func drain(
        _ dispatcher: JobDispatcher, _ redis: RedisConfiguration, _ database: PostgresPool, _ logger: Logger
    ) async throws -> (seconds: Double, cpu: Double) {
        let counter = RunCounter(expected: jobs)
        var registry = JobRegistry()
        registry.register(NoOpHandler(counter: counter))
        let worker = JobWorker(
            JobWorkerConfiguration(queues: [NoOp.queue: concurrency], grace: .seconds(5)), registry: registry, dispatcher: dispatcher,
            blockingConnections: redis, database: database, logger: logger)
        let group = ServiceGroup(services: [worker], logger: logger)
        let cpu = processorSeconds()
        let began = ContinuousClock().now
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await counter.wait()
            let elapsed = seconds(since: began)
            let used = processorSeconds() - cpu
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            guard counter.count == jobs else { throw ValidationError("ran \(counter.count) jobs instead of \(jobs)") }
            return (elapsed, used)
        }
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock().now - start) / .seconds(1)
    }

    /// User and system time of this process.
    private func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

struct NoOp: Job {
    static let name = "bench.no-op"
    static let queue: QueueName = "bench"
    static let retry: RetryPolicy = .never
    /// Made once: making it costs more than all else of a job.
    private static let filler = String(repeating: "x", count: 160)
    var number: Int
    var padding = Self.filler
}

struct NoOpHandler: JobHandler {
    let counter: RunCounter
    func run(_ job: NoOp, in context: JobContext) async throws { counter.increment() }
}

/// Counts runs and wakes one waiter when the expected number is reached.
final class RunCounter: Sendable {
    private struct State {
        var count = 0
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let expected: Int
    private let state = Mutex(State())

    init(expected: Int) { self.expected = expected }

    var count: Int { state.withLock { $0.count } }

    func increment() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.count += 1
            guard state.count == expected else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.count >= expected { return true }
                state.waiter = continuation
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}
