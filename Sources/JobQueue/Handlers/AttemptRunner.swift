import Foundation
package import Logging
import Tracing

/// Runs the handler of one attempt under its time limit and says how it ended. Touches neither Redis nor the ledger, so
/// that workers and the drivers for tests share it.
package struct AttemptRunner: Sendable {
    let registry: JobRegistry
    let interceptors: [any JobInterceptor]
    /// Nil where no operator asks for the progress of jobs.
    let progress: ProgressReporter?
    let logger: Logger
    /// Nil where nothing is traced.
    private let tracer: (any Tracer)?

    package init(
        registry: JobRegistry, interceptors: [any JobInterceptor], progress: ProgressReporter?, logger: Logger
    ) {
        self.registry = registry
        self.interceptors = interceptors
        self.progress = progress
        self.logger = logger
        let tracer = InstrumentationSystem.tracer
        self.tracer = tracer is NoOpTracer ? nil : tracer
    }

    package func run(_ attempt: Attempt, in running: RunningJobs) async -> AttemptResult {
        guard let tracer else { return await run(attempt, in: running, trace: nil) }
        let span = AttemptSpan(of: attempt, by: tracer)
        let result = await run(attempt, in: running, trace: span.context)
        span.end(result.outcome)
        return result
    }

    private func run(_ attempt: Attempt, in running: RunningJobs, trace: InstrumentationContext?) async
        -> AttemptResult
    {
        let began = ContinuousClock.now
        let completion = JobCompletion(jobID: attempt.id, epoch: attempt.epoch)
        func failure(_ code: String, _ message: String) -> AttemptError {
            attempt.error(code: code, message: message, after: ContinuousClock.now - began)
        }
        guard let kind = registry[attempt.name] else {
            let error = failure("unknown_kind", "no worker of this version runs \(attempt.name)")
            return AttemptResult(
                outcome: .parked(reason: "unknown_kind", error), completion: completion, duration: .zero)
        }
        guard attempt.version <= kind.version else {
            let error = failure(
                "newer_version", "the payload has version \(attempt.version); this worker knows \(kind.version)")
            return AttemptResult(
                outcome: .parked(reason: "newer_version", error), completion: completion, duration: .zero)
        }
        let context = attempt.context(retry: kind.retry, completion: completion, progress: progress, logger: logger)
        let ending = await running.supervise(attempt.id, epoch: attempt.epoch, deadline: began + kind.timeLimit) {
            guard let trace else { return try await handle(attempt, by: kind, in: context) }
            try await InstrumentationContext.$current.withValue(trace) {
                try await handle(attempt, by: kind, in: context)
            }
        }
        let duration = ContinuousClock.now - began
        if attempt.isDurable { progress?.end(attempt.epoch) }
        var outcome = AttemptOutcome.done
        // A handler that returned in spite of having been stopped has done its work.
        if let error = ending.error {
            let cause: any Error =
                switch ending.stop {
                case .timeLimit: TimeLimitExceeded(limit: kind.timeLimit)
                case .canceled: JobCanceled()
                case nil: error
                }
            outcome = AttemptOutcome(error: cause, retry: kind.retry, attempt: attempt.number, describe: failure)
        }
        kind.record(outcome, after: duration)
        return AttemptResult(
            outcome: outcome, completion: completion, duration: duration, wasStopped: ending.stop != nil)
    }

    private func handle(_ attempt: Attempt, by kind: JobKind, in context: JobContext) async throws {
        if interceptors.isEmpty {
            try await kind.run(attempt.payload, context)
        } else {
            try await interceptors[...].run(context) { try await kind.run(attempt.payload, context) }
        }
    }
}

/// One attempt at a job, durable or ephemeral.
package struct Attempt: Sendable {
    package let id: JobID
    let name: String
    let version: Int
    let number: Int
    let crashes: Int
    package let epoch: Int64
    let process: ProcessID
    let queue: QueueName
    let createdAt: Date
    let traceparent: String?
    let payload: ArraySlice<UInt8>
    let isDurable: Bool

    /// As an ephemeral job's copy tells it.
    package init(_ envelope: Envelope, epoch: Int64, process: ProcessID, queue: QueueName) {
        id = envelope.id
        name = envelope.name
        version = envelope.version
        number = envelope.attempts + 1
        crashes = envelope.crashes
        self.epoch = epoch
        self.process = process
        self.queue = queue
        createdAt = Date(timeIntervalSince1970: Double(envelope.enqueuedAt) / 1000)
        traceparent = nil
        payload = envelope.payload
        isDurable = false
    }

    /// As the ledger tells it.
    package init(_ job: StartedJob, process: ProcessID, queue: QueueName) {
        id = job.id
        name = job.name
        version = job.version
        number = job.attempt
        crashes = job.crashes
        epoch = job.epoch
        self.process = process
        self.queue = queue
        createdAt = job.createdAt
        traceparent = job.traceparent
        payload = job.payload[...]
        isDurable = true
    }

    func context(retry: RetryPolicy, completion: JobCompletion, progress: ProgressReporter?, logger: Logger)
        -> JobContext
    {
        JobContext(
            jobID: id, name: name, queue: queue, attempt: number, crashes: crashes,
            isLastAttempt: number >= retry.attempts,
            enqueuedAt: createdAt, traceparent: traceparent, completion: completion, workerLogger: logger,
            progress: isDurable ? progress : nil)
    }

    func error(code: String, message: String, after duration: Duration) -> AttemptError {
        AttemptError(
            kind: name, attempt: number, code: code, message: message, process: process.rawValue,
            durationMilliseconds: duration.milliseconds,
            at: Date())
    }
}

/// How an attempt's handler has ended.
package struct AttemptResult: Sendable {
    package let outcome: AttemptOutcome
    package let completion: JobCompletion
    /// How long the handler ran.
    let duration: Duration
    /// The handler's task was canceled to stop it.
    var wasStopped = false

    /// Carries out what records the ending. A task that was canceled to stop its handler would cancel everything that
    /// it awaits from here on; then another one does it, and is waited for right here.
    package func record<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        if wasStopped { await Task { await body() }.value } else { await body() }
    }
}
