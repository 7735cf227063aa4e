import Foundation
public import JobQueue
public import Logging
public import Postgres

/// Runs the durable jobs of a ledger in the calling task, without Redis and without a worker: for tests of handlers
/// whose effects are in PostgreSQL, completion in the same transaction included.
///
///     try await database.transaction { tx in … try tx.execute(job.statement) }
///     try await LedgerDrain(registry, database: database).run()
///
/// Jobs run one after the other, oldest first. Not for a ledger that a live worker serves as well: it would take this
/// for a process without a lease.
public struct LedgerDrain: Sendable {
    private let ledger: JobLedger
    private let runner: AttemptRunner
    private let running = RunningJobs()
    private let logger: Logger

    /// Drains jobs of the kinds of `registry`.
    public init(
        _ registry: JobRegistry, interceptors: [any JobInterceptor] = [], database: PostgresPool,
        logger: Logger = Logger(label: "ledger-drain")
    ) {
        ledger = JobLedger(database: database)
        self.logger = logger
        runner = AttemptRunner(
            registry: registry, interceptors: interceptors, progress: ProgressReporter(ledger: ledger, logger: logger),
            logger: logger)
    }

    /// Runs what is due now, and what comes due within the given time as if it were due now, until nothing is left.
    ///
    /// - Returns: how many attempts ran.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func run(within time: Duration = .zero) async throws -> Int {
        let process = ProcessID.new()
        let end = Date().addingTimeInterval(time / .seconds(1))
        var attempts = 0
        while let next = try await ledger.nextDue(before: end) {
            let request = StartRequest(id: next.id, epoch: next.epoch + 1, superseded: [])
            guard let job = try await ledger.start([request], process: process).first else { continue }
            try await run(Attempt(job, process: process, queue: next.queue))
            attempts += 1
        }
        return attempts
    }

    private func run(_ attempt: Attempt) async throws {
        let stopping = Task { [running] in
            // The deadlines of handlers, which nothing else looks after here.
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(20))
                running.stopOverdue(at: .now)
            }
        }
        defer { stopping.cancel() }
        let ending = await runner.run(attempt, in: running)
        if ending.outcome == .done && ending.completion.isUsed { return }
        let failure: (any Error)? = await ending.record { [ledger] in
            do {
                _ = try await ledger.record(ending.outcome, job: attempt.id, epoch: attempt.epoch)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }
}

extension JobLedger {
    /// The ready job that is due first, made due now when it is due before `end`.
    fileprivate func nextDue(before end: Date) async throws -> (id: JobID, epoch: Int64, queue: QueueName)? {
        let rows = try await database.query(
            """
            UPDATE jobs
               SET dispatch_at = least(dispatch_at, now())
             WHERE id = (SELECT id FROM jobs WHERE state = 'ready' AND dispatch_at <= greatest(\(end), now())
                          ORDER BY dispatch_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, epoch, queue
            """)
        return try rows.first.map { (JobID(rawValue: try $0["id"]), try $0["epoch"], try $0["queue"]) }
    }
}
