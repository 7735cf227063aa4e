import Foundation
import Logging

/// One attempt at a job, durable or ephemeral.
struct Attempt: Sendable {
    let id: JobID
    let name: String
    let version: Int
    let number: Int
    let crashes: Int
    let process: ProcessID
    let queue: QueueName
    let createdAt: Date
    let traceparent: String?
    let payload: [UInt8]

    func context(retry: RetryPolicy, completion: JobCompletion, logger: Logger) -> JobContext {
        var logger = logger
        logger[metadataKey: "job_id"] = "\(id)"
        logger[metadataKey: "job"] = "\(name)"
        logger[metadataKey: "attempt"] = "\(number)"
        if let traceparent { logger[metadataKey: "traceparent"] = "\(traceparent)" }
        return JobContext(
            jobID: id, queue: queue, attempt: number, crashes: crashes, isLastAttempt: number >= retry.attempts, enqueuedAt: createdAt,
            traceparent: traceparent, logger: logger, completion: completion)
    }

    func error(code: String, message: String, after duration: Duration) -> AttemptError {
        AttemptError(
            kind: name, attempt: number, code: code, message: message, process: process.rawValue,
            durationMilliseconds: duration.milliseconds,
            at: Date())
    }
}
