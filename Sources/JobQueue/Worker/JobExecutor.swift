import Foundation
import Logging
import Postgres
import Redis
import Threading

/// Runs claimed jobs: read → start in the ledger → run the handler (``AttemptRunner``) → record its ending →
/// acknowledge.
///
/// What comes before and after the handler differs for durable and ephemeral jobs and stands in files of their own.
final class JobExecutor: Sendable {
    let runner: AttemptRunner
    let ledger: JobLedger
    let redis: RedisClient
    let completions: Batcher<JobCompletion, Bool>
    let logger: Logger

    init(runner: AttemptRunner, ledger: JobLedger, redis: RedisClient, logger: Logger) {
        self.runner = runner
        self.ledger = ledger
        self.redis = redis
        self.logger = logger
        self.completions = Batcher(maximumBatch: 200) { completions in
            let done = try await ledger.complete(completions)
            return completions.map { done.contains($0.jobID) }
        }
    }

    /// Starts the jobs of a batch concurrently in `group`; each one's end is reported to the consumer that claimed it.
    func execute(_ batch: [ClaimedJob], process: ProcessID, consumer: Consumer, in group: inout DiscardingTaskGroup) {
        var durable: [DurableClaim] = []
        var ephemeral: [ClaimedJob] = []
        ephemeral.reserveCapacity(batch.count)
        for job in batch {
            if let envelope = job.envelope, envelope.isDurable {
                durable.append(DurableClaim(envelope: envelope, epoch: job.epoch))
            } else {
                ephemeral.append(job)
            }
        }
        if !durable.isEmpty {
            group.addTask { [durable] in await self.executeDurable(durable, process: process, consumer: consumer) }
        }
        group.addTasks(for: ephemeral) { await self.executeEphemeral($0, process: process, consumer: consumer) }
    }

    /// Repeats a recording until it succeeds: an outcome that isn't stored would run the job again. Nil when the
    /// process must stop.
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

    /// Says in the log how an attempt ended, as far as that is of interest.
    func log(_ outcome: AttemptOutcome, _ attempt: Attempt, after duration: Duration) {
        // Most attempts end well and are of no interest.
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
        case .retry, .snooze, .fenced: logger.notice("job rescheduled", metadata: metadata)
        case .dead, .parked: logger.error("job failed", metadata: metadata)
        }
    }
}
