public import Foundation
public import Logging

/// What a handler learns about the attempt it runs.
public struct JobContext: Sendable {
    /// The job's id, the same over all attempts.
    public let jobID: JobID
    /// The kind's name.
    public let name: String
    /// The queue it waited in.
    public let queue: QueueName
    /// 1 for the first attempt. Crashes and snoozes do not count.
    public let attempt: Int
    /// How often the process running this job died.
    public let crashes: Int
    /// Whether a transient failure of this attempt would send the job to the dead letters.
    public let isLastAttempt: Bool
    /// When the job was enqueued.
    public let enqueuedAt: Date
    /// W3C trace context of the enqueuing.
    public let traceparent: String?
    /// The statement that marks the job done in the ledger, for the transaction that holds its effects.
    public let completion: JobCompletion
    let workerLogger: Logger
    /// Nil for ephemeral jobs.
    let progress: ProgressReporter?

    /// Tells operators how far a long job is. As often as it pleases: the ledger is told once a second. Does nothing
    /// for ephemeral jobs, which have no ledger row.
    public func report(_ progress: JobProgress) async {
        await self.progress?.report(progress, job: jobID, epoch: completion.epoch)
    }

    /// A logger that carries the job's id, name and attempt. Made at each call, because most attempts log nothing.
    public var logger: Logger {
        var logger = workerLogger
        logger[metadataKey: "job_id"] = "\(jobID)"
        logger[metadataKey: "job"] = "\(name)"
        logger[metadataKey: "attempt"] = "\(attempt)"
        if let traceparent { logger[metadataKey: "traceparent"] = "\(traceparent)" }
        return logger
    }
}
