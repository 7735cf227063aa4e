import Foundation
import JobQueueTesting
import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// One way of running jobs, for the tests that all of them must pass.
protocol QueueDriver: Sendable {
    func enqueue<Kind: Job>(_ job: Kind, unique: UniqueKey?, runAt: Date?) async throws -> JobID
    /// Runs until everything has ended that can end, retries included.
    func settle() async throws
    func job(_ id: JobID) async throws -> JobDetail?
    func retry(_ id: JobID) async throws
    func discard(_ id: JobID) async throws
}

extension QueueDriver {
    func enqueue(_ job: some Job, unique: UniqueKey? = nil) async throws -> JobID {
        try await enqueue(job, unique: unique, runAt: nil)
    }
}

enum DriverKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Redis and ledger, with a worker.
    case durable
    /// The same, run by a worker that drains what it can claim and ends.
    case drained
    /// Without Redis.
    case ledger
    /// In memory.
    case inline

    var testDescription: String { rawValue }

    /// Runs `body` with a driver for these handlers.
    func with(_ registry: JobRegistry, _ body: (any QueueDriver) async throws -> Void) async throws {
        if self == .inline { return try await body(InlineDriver(queue: InlineQueue(registry))) }
        try await Engine.with { engine in
            try await body(EngineDriver(engine: engine, registry: registry, kind: self))
        }
    }
}

struct InlineDriver: QueueDriver {
    let queue: InlineQueue

    func enqueue<Kind: Job>(_ job: Kind, unique: UniqueKey?, runAt: Date?) async throws -> JobID {
        try await queue.enqueue(job, unique: unique, runAt: runAt)
    }
    func settle() async throws { await queue.drain(within: .seconds(3600)) }
    func job(_ id: JobID) async throws -> JobDetail? { await queue.job(id) }
    func retry(_ id: JobID) async throws { try await queue.retry(id) }
    func discard(_ id: JobID) async throws { try await queue.discard(id) }
}

struct EngineDriver: QueueDriver {
    let engine: Engine
    let registry: JobRegistry
    let kind: DriverKind

    func enqueue<Kind: Job>(_ job: Kind, unique: UniqueKey?, runAt: Date?) async throws -> JobID {
        let pending = try JobLedger.insertion(of: job, unique: unique, runAt: runAt)
        let result = try await engine.database.transaction { tx in try tx.pipeline([pending.statement])[0] }
        if let inserted = pending.inserted(by: result) {
            if kind != .ledger { await engine.dispatcher.push([inserted]) }
            return inserted.id
        }
        let holder = try await engine.database.query(
            "SELECT job_id FROM job_unique_keys WHERE queue = \(Kind.queue) AND key = \(unique?.key)")
        return JobID(rawValue: try holder[0]["job_id"])
    }

    func settle() async throws {
        switch kind {
        case .inline: return
        case .ledger: try await LedgerDrain(registry, database: engine.database).run(within: .seconds(3600))
        case .drained:
            try await eventually("nothing is left to do") {
                try await worker().drain()
                return try await unfinished() == 0
            }
        case .durable:
            try await engine.withWorker(registry, queues: queues) {
                try await eventually("nothing is left to do") { try await unfinished() == 0 }
            }
        }
    }

    private var queues: [QueueName: Int] { [Task1.queue: 1, Task2.queue: 1] }

    private func worker() -> JobWorker {
        JobWorker(
            JobWorkerConfiguration(queues: queues), registry: registry, dispatcher: engine.dispatcher,
            blockingConnections: engine.redisConfiguration, database: engine.database, logger: engine.logger)
    }

    private func unfinished() async throws -> Int {
        try await engine.database.query("SELECT count(*) AS count FROM jobs WHERE state IN ('ready', 'running')")[0][
            "count"]
    }

    func job(_ id: JobID) async throws -> JobDetail? { try await engine.job(id) }
    func retry(_ id: JobID) async throws { try await engine.inspector.retry(id) }
    func discard(_ id: JobID) async throws { try await engine.inspector.discard(id) }
}
