import ConformanceWorker
import Foundation
import JobQueue
import Redis
import Synchronization
import TestSupport

/// How a worker process is started.
struct WorkerOptions {
    var queues = "main=20,side=5"
    /// Seconds.
    var grace = 5
    var pool = 8
    var knowsComingKinds = false
    /// Fires the schedule `interval` every so many seconds.
    var every: Int?
    /// Fires the schedule `cron` at these times, in Berlin.
    var cron: String?
    /// Stand between it and Redis, and between it and PostgreSQL.
    var redisProxy: TCPProxy?
    var databaseProxy: TCPProxy?
    /// Added to its environment.
    var environment: [String: String] = [:]
    /// A program that becomes the worker, such as `taskset -c 0`.
    var launcher: [String] = []
    /// Whether to return only when it holds a lease.
    var waitsForLease = true
}

extension Arena {
    struct WorkerEnded: Error, CustomStringConvertible {
        let log: String
        var description: String { "the worker ended: \(log)" }
    }

    /// Starts a worker process, and returns once it has taken up work.
    func startWorker(_ configure: (inout WorkerOptions) -> Void = { _ in }) async throws -> ManagedProcess {
        var options = WorkerOptions()
        configure(&options)
        var arguments = [
            "work", "--queues", options.queues, "--grace", "\(options.grace)", "--pool", "\(options.pool)",
        ]
        if options.knowsComingKinds { arguments.append("--coming") }
        if let every = options.every { arguments += ["--every", "\(every)"] }
        if let cron = options.cron { arguments += ["--cron", cron, "--zone", "Europe/Berlin"] }
        let command = options.launcher + [Self.program] + arguments
        let worker = try ManagedProcess.start(
            command[0], arguments: Array(command.dropFirst()),
            environment: environment(redis: options.redisProxy, database: options.databaseProxy).merging(
                options.environment
            ) { $1 })
        processes.withLock { $0.append(worker) }
        guard options.waitsForLease else { return worker }
        let queue = QueueName(rawValue: String(options.queues.prefix { $0 != "=" })) ?? MainQueue.name
        try await eventually(within: .seconds(30), "the worker holds a lease") {
            guard worker.isRunning else { throw WorkerEnded(log: worker.log) }
            return try await self.leaseEnd(of: worker, queue: queue) != nil
        }
        return worker
    }

    /// Starts an enqueuer process.
    func startEnqueuer(_ arguments: String..., redisProxy: TCPProxy? = nil, environment more: [String: String] = [:])
        throws
        -> ManagedProcess
    {
        let enqueuer = try ManagedProcess.start(
            Self.program, arguments: ["enqueue"] + arguments,
            environment: environment(redis: redisProxy, database: nil).merging(more) { $1 })
        processes.withLock { $0.append(enqueuer) }
        return enqueuer
    }

    /// Counts in the run log by the program itself.
    func countByProgram() async throws -> ProgramCount {
        let counting = try ManagedProcess.start(Self.program, arguments: ["count", logFile])
        guard try await counting.waitForExit(within: .seconds(300)) == .code(0) else {
            throw WorkerEnded(log: counting.log)
        }
        return try JSONDecoder().decode(ProgramCount.self, from: Data(counting.log.utf8))
    }

    /// When the lease of a worker lapses, in milliseconds of Redis' clock; nil when it has none.
    func leaseEnd(of worker: ManagedProcess, queue: QueueName = MainQueue.name) async throws -> Int64? {
        let leases =
            try await redis.send(RedisCommand("ZRANGE", .init("\(prefix):{\(queue)}:leases"), "0", "-1", "WITHSCORES"))
            .elements ?? []
        let texts = leases.compactMap(\.text)
        for (name, score) in zip(texts, texts.dropFirst()) where name.contains("-\(worker.processID)-") {
            return Double(score).map { Int64($0) }
        }
        return nil
    }

    /// SIGKILL, written down.
    func kill(_ worker: ManagedProcess) async throws {
        worker.kill()
        try await worker.waitForExit()
        log.note(.killed, process: worker.processID)
    }

    /// In the short form, lets the lease of a process that is dead lapse now and not within eight seconds: for promises
    /// that are not about that time.
    /// Not for one that stands still: Redis would hand what is put back to its wake-up, which is over long before a
    /// lease lapses by itself.
    func hurryLapse(of worker: ManagedProcess) async throws {
        guard !Chaos.isOn else { return }
        for queue in [MainErrand.queue, SideErrand.queue] {
            let key = "\(prefix):{\(queue)}:leases"
            let members = try await redis.send(RedisCommand("ZRANGE", .init(key), "0", "-1")).elements ?? []
            for member in members.compactMap(\.text) where member.contains("-\(worker.processID)-") {
                _ = try await redis.send(RedisCommand("ZADD", .init(key), "XX", "1", .init(member)))
            }
        }
    }

    /// SIGSTOP, written down.
    func stop(_ worker: ManagedProcess) {
        worker.pause()
        log.note(.stopped, process: worker.processID)
    }

    /// SIGCONT, written down.
    func go(_ worker: ManagedProcess) {
        log.note(.continued, process: worker.processID)
        worker.resume()
    }

    /// SIGTERM, and waits for the end.
    func retire(_ worker: ManagedProcess, within patience: Duration = .seconds(20)) async throws {
        worker.terminate()
        try await worker.waitForExit(within: patience)
    }

    private func environment(redis: TCPProxy?, database: TCPProxy?) -> [String: String] {
        [
            "DATABASE_URL": database.map { replacingPort(of: databaseURL, with: $0.port) } ?? databaseURL,
            "REDIS_URL": redis.map { "redis://127.0.0.1:\($0.port)/0" } ?? redisURL, "KEY_PREFIX": prefix,
            "RUN_LOG": logFile,
        ]
    }

    private func replacingPort(of url: String, with port: Int) -> String {
        guard var components = URLComponents(string: url) else { return url }
        components.port = port
        return components.string ?? url
    }

    var redisPort: Int { URLComponents(string: redisURL)?.port ?? 6379 }
    var databasePort: Int { URLComponents(string: databaseURL)?.port ?? 5432 }

    /// The program of this build, beside the tests, unless the environment names another build of it.
    private static let program =
        ProcessInfo.processInfo.environment["CONFORMANCE_WORKER"]
        ?? Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "ConformanceWorker").path
        ?? "ConformanceWorker"
}

/// The queue that most scenarios use.
enum MainQueue {
    static let name: QueueName = "main"
}
