import Foundation
import Logging
import Postgres
import Redis
import Threading

/// Runs claimed jobs: read → start in the ledger → run the handler → normalise its ending → record → acknowledge.
///
/// This file runs a handler; what comes before and after differs for durable and ephemeral jobs and stands in files of their own.
final class JobExecutor: Sendable {
    let registry: JobRegistry
    let ledger: JobLedger
    let redis: RedisClient
    let completions: Batcher<JobCompletion, Bool>
    let interceptors: [any JobInterceptor]
    let progress: ProgressBoard
    let logger: Logger

    init(registry: JobRegistry, ledger: JobLedger, redis: RedisClient, interceptors: [any JobInterceptor] = [], logger: Logger) {
        self.registry = registry
        self.ledger = ledger
        self.redis = redis
        self.interceptors = interceptors
        self.progress = ProgressBoard(ledger: ledger, logger: logger)
        self.logger = logger
        self.completions = Batcher(maximumBatch: 200) { completions in
            let done = try await ledger.complete(completions)
            return completions.map { done.contains($0.jobID) }
        }
    }

    /// Starts the jobs of a batch side by side in `group`; each one's end is reported to the consumer that claimed it.
    func execute(_ batch: [ClaimedJob], process: ProcessID, consumer: Consumer, in group: inout DiscardingTaskGroup) {
        var durable: [DurableClaim] = []
        for job in batch {
            guard let envelope = job.envelope else {
                group.addTask { await self.buryMalformed(job, process: process, consumer: consumer) }
                continue
            }
            if envelope.isDurable {
                durable.append(DurableClaim(envelope: envelope, epoch: job.epoch))
            } else {
                let attempt = Attempt(envelope, epoch: job.epoch, process: process, queue: consumer.keys.queue)
                group.addTask { await self.executeEphemeral(attempt, envelope: envelope, consumer: consumer) }
            }
        }
        guard !durable.isEmpty else { return }
        group.addTask { [durable] in await self.executeDurable(durable, process: process, consumer: consumer) }
    }

    // MARK: Running a handler

    /// Runs the handler under its time limit, and hands its ending to `settle`. Touches neither Redis nor the ledger itself.
    func run(_ attempt: Attempt, consumer: Consumer, settle: @escaping @Sendable (AttemptOutcome, JobCompletion, Duration) async -> Void)
        async
    {
        let began = ContinuousClock.now
        let completion = JobCompletion(jobID: attempt.id, epoch: attempt.epoch)
        func failure(_ code: String, _ message: String) -> AttemptError {
            attempt.error(code: code, message: message, after: ContinuousClock.now - began)
        }
        guard let kind = registry[attempt.name] else {
            let error = failure("unknown_kind", "no worker of this version runs \(attempt.name)")
            return await settle(.parked(reason: "unknown_kind", error), completion, .zero)
        }
        guard attempt.version <= kind.version else {
            let error = failure("newer_version", "the payload has version \(attempt.version); this worker knows \(kind.version)")
            return await settle(.parked(reason: "newer_version", error), completion, .zero)
        }
        let context = attempt.context(retry: kind.retry, completion: completion, progress: progress, logger: logger)
        let ending = await consumer.running.supervise(attempt.id, epoch: attempt.epoch, deadline: began + kind.timeLimit) {
            if interceptors.isEmpty {
                try await kind.run(attempt.payload, context)
            } else {
                try await interceptors[...].run(context) { try await kind.run(attempt.payload, context) }
            }
        }
        let duration = ContinuousClock.now - began
        if attempt.isDurable { progress.end(attempt.epoch) }
        var outcome = AttemptOutcome.done
        // A handler that returned in spite of having been stopped has done its work.
        if let error = ending.error {
            let cause: any Error =
                switch ending.stop {
                case .timeLimit: TimeLimitExceeded(limit: kind.timeLimit)
                case .cancelled: JobCancelled()
                case nil: error
                }
            outcome = AttemptOutcome(error: cause, retry: kind.retry, attempt: attempt.number, describe: failure)
        }
        kind.record(outcome, after: duration)
        if ending.stop == nil {
            await settle(outcome, completion, duration)
        } else {
            // This task has been cancelled to stop the handler, and so would everything it awaits from here on; the ending must still be
            // recorded. It is waited for right here.
            await Task { [outcome] in await settle(outcome, completion, duration) }.value
        }
    }

    /// Repeats a recording until it succeeds: an outcome that isn't stored would run the job again. Nil when the process must stop.
    func persist<Value: Sendable>(consumer: Consumer, what: String, _ body: () async throws -> Value) async -> Value? {
        var pause: Duration = .milliseconds(50)
        while !consumer.isAbandoned, !Task.isCancelled {
            do {
                return try await body()
            } catch {
                logger.warning("could not \(what); trying again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, .seconds(2))
            }
        }
        return nil
    }

    func log(_ outcome: AttemptOutcome, _ attempt: Attempt, after duration: Duration) {
        // Most attempts end well and are of interest to nobody.
        if outcome == .done && logger.logLevel > .debug { return }
        var metadata: Logger.Metadata = [
            "job_id": "\(attempt.id)", "job": "\(attempt.name)", "attempt": "\(attempt.number)",
            "duration_ms": "\(duration.milliseconds)", "outcome": "\(outcome.word)",
        ]
        if let error = outcome.error {
            metadata["code"] = "\(error.code)"
            metadata["error"] = "\(error.message.prefix(500))"
        }
        switch outcome {
        case .done: logger.debug("job finished", metadata: metadata)
        case .retry, .snooze, .fenced: logger.notice("job put off", metadata: metadata)
        case .dead, .parked: logger.error("job failed", metadata: metadata)
        }
    }
}
