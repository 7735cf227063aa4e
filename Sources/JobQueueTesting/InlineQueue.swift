public import Foundation
import JSON
public import JobQueue
public import Logging

/// Runs jobs in the calling task, in memory, without Redis, PostgreSQL or waiting: for tests of handlers.
///
///     let queue = InlineQueue(registry)
///     let id = try await queue.enqueue(SendReminder(orderID: order.id))
///     await queue.drain(within: .minutes(30))          // retries of the next half hour included
///     #expect(await queue.job(id)?.state == .done)
///
/// Time is its own: it stands still but for ``drain(within:)``. Jobs of one queue run one after the other, oldest
/// first. What a real queue does with endings, retries, versions, unique keys and dead letters, this does too; both
/// pass the same tests. A handler that completes its job in a transaction of its own needs a ledger: see
/// ``LedgerDrain``.
public actor InlineQueue {
    private struct Record {
        var envelope: Envelope
        let queue: QueueName
        var state: JobState = .ready
        var reason: String?
        var fingerprint: String?
        var dueAt: Date
        var startedAt: Date?
        var finishedAt: Date?
        let createdAt: Date
    }

    /// What the time is for this queue.
    public private(set) var now: Date
    private let runner: AttemptRunner
    private let running = RunningJobs()
    private let process = ProcessID(rawValue: "inline")
    private var records: [JobID: Record] = [:]
    /// In the order of enqueuing.
    private var order: [JobID] = []
    private var keys: [String: JobID] = [:]
    private var epoch: Int64 = 0

    /// A queue for the kinds of `registry`.
    public init(
        _ registry: JobRegistry, interceptors: [any JobInterceptor] = [], now: Date = Date(),
        logger: Logger = Logger(label: "inline-queue")
    ) {
        self.now = now
        runner = AttemptRunner(registry: registry, interceptors: interceptors, progress: nil, logger: logger)
    }

    /// Takes a job in.
    ///
    /// - Returns: its id, or that of the job that holds the unique key.
    /// - Throws: ``JobPayloadError``.
    @discardableResult
    public func enqueue<Kind: Job>(_ job: Kind, unique: UniqueKey? = nil, runAt: Date? = nil) throws(JobPayloadError)
        -> JobID
    {
        try enqueue(
            JobPayload.encode(job), name: Kind.name, version: Kind.version, queue: Kind.queue, unique: unique,
            runAt: runAt)
    }

    /// Takes in a job as another program may have written it.
    @discardableResult
    func enqueue(
        _ payload: [UInt8], name: String, version: Int, queue: QueueName, unique: UniqueKey? = nil, runAt: Date? = nil
    ) -> JobID {
        let key = unique.map { "\(queue) \($0.mark)" }
        if let key, let holder = keys[key] { return holder }
        let id = JobID.new()
        if let key { keys[key] = id }
        records[id] = Record(
            envelope: Envelope(
                id: id, name: name, version: version, enqueuedAt: JobDispatcher.milliseconds(now), isDurable: false,
                payload: payload[...],
                uniqueKey: unique?.mark ?? ""),
            queue: queue, dueAt: runAt ?? now, createdAt: now)
        order.append(id)
        return id
    }

    /// Runs what is due now, and what comes due within the given time, until nothing is left. Handlers may enqueue
    /// more.
    ///
    /// - Returns: how many attempts ran.
    @discardableResult
    public func drain(within time: Duration = .zero) async -> Int {
        let end = now.addingTimeInterval(time / .seconds(1))
        var attempts = 0
        while let id = next(before: end), let record = records[id] {
            now = max(now, record.dueAt)
            await run(id)
            attempts += 1
        }
        now = max(now, end)
        return attempts
    }

    private func next(before end: Date) -> JobID? {
        order.filter { id in records[id].map { $0.state == .ready && $0.dueAt <= end } ?? false }
            .min { (records[$0]?.dueAt ?? now) < (records[$1]?.dueAt ?? now) }
    }

    private func run(_ id: JobID) async {
        guard var record = records[id] else { return }
        epoch += 1
        record.state = .running
        record.startedAt = now
        records[id] = record
        if record.envelope.uniqueKey.hasPrefix(UniqueKey.untilStartedMark) { freeKey(of: record) }
        let attempt = Attempt(record.envelope, epoch: epoch, process: process, queue: record.queue)
        let stopping = Task { [running] in
            // The deadlines of handlers, which nothing else looks after here.
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(20))
                running.stopOverdue(at: .now)
            }
        }
        settle(id, await runner.run(attempt, in: running).outcome)
        stopping.cancel()
    }

    private func settle(_ id: JobID, _ outcome: AttemptOutcome) {
        guard var record = records[id] else { return }
        if case .snooze = outcome {} else if case .parked = outcome {} else { record.envelope.attempts += 1 }
        if let error = outcome.error { record.envelope.errors += Array((error.json + "\n").utf8) }
        switch outcome {
        case .done, .fenced:
            record.state = .done
            record.finishedAt = now
        case .retry(let delay, _), .snooze(let delay, _):
            record.state = .ready
            record.dueAt = now.addingTimeInterval(delay / .seconds(1))
        case .dead(let reason, let error), .parked(let reason, let error):
            if case .parked = outcome { record.state = .parked } else { record.state = .dead }
            record.reason = reason
            record.fingerprint = error.fingerprint
            record.finishedAt = now
        }
        records[id] = record
        if [.done, .dead].contains(record.state) { freeKey(of: record) }
    }

    private func freeKey(of record: Record) {
        let key = "\(record.queue) \(record.envelope.uniqueKey)"
        if keys[key] == record.envelope.id { keys[key] = nil }
    }

    // MARK: What operators do

    /// A job as operators would see it, or nil.
    public func job(_ id: JobID) -> JobDetail? {
        guard let record = records[id] else { return nil }
        let envelope = record.envelope
        let errors = envelope.errors.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONCoder.decode(AttemptRecord.self, from: $0)
        }
        return JobDetail(
            id: id, queue: record.queue.rawValue, name: envelope.name, state: record.state, reason: record.reason,
            attempts: envelope.attempts,
            crashes: 0, payload: String(decoding: envelope.payload, as: UTF8.self), errors: errors,
            process: record.state == .running ? process.rawValue : nil, createdAt: record.createdAt,
            dispatchAt: record.dueAt,
            startedAt: record.startedAt, finishedAt: record.finishedAt, fingerprint: record.fingerprint,
            uniqueKey: envelope.uniqueKey.isEmpty ? nil : String(envelope.uniqueKey.dropFirst(2)), progress: nil,
            cancelRequestedAt: nil,
            isDurable: false)
    }

    /// All jobs, in the order in which they were enqueued.
    public var jobs: [JobDetail] { order.compactMap { job($0) } }

    /// Makes a dead, parked or waiting job run at once, with all its attempts ahead of it.
    ///
    /// - Throws: ``JobInspectionError``, as ``JobInspector/retry(_:)`` does.
    public func retry(_ id: JobID) throws(JobInspectionError) {
        guard var record = records[id] else { throw .notFound(id) }
        guard [.dead, .parked, .ready].contains(record.state) else { throw .wrongState(id, record.state) }
        if record.state == .dead, !record.envelope.uniqueKey.isEmpty {
            let key = "\(record.queue) \(record.envelope.uniqueKey)"
            if let holder = keys[key] { throw .uniqueKeyTaken(id, by: holder) }
            keys[key] = id
        }
        record.state = .ready
        record.reason = nil
        record.fingerprint = nil
        record.finishedAt = nil
        record.envelope.attempts = 0
        record.dueAt = now
        records[id] = record
    }

    /// Gives up a dead, parked or waiting job.
    ///
    /// - Throws: ``JobInspectionError``, as ``JobInspector/discard(_:)`` does.
    public func discard(_ id: JobID) throws(JobInspectionError) {
        guard var record = records[id] else { throw .notFound(id) }
        guard [.dead, .parked, .ready].contains(record.state) else { throw .wrongState(id, record.state) }
        record.state = .discarded
        record.reason = nil
        record.finishedAt = now
        records[id] = record
        freeKey(of: record)
    }
}
