import Foundation
import Logging

/// One attempt at a job, durable or ephemeral.
struct Attempt: Sendable {
    let id: JobID
    let name: String
    let version: Int
    let number: Int
    let crashes: Int
    let epoch: Int64
    let process: ProcessID
    let queue: QueueName
    let createdAt: Date
    let traceparent: String?
    let payload: ArraySlice<UInt8>
    let isDurable: Bool

    /// As an ephemeral job's copy tells it.
    init(_ envelope: Envelope, epoch: Int64, process: ProcessID, queue: QueueName) {
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
    init(_ job: StartedJob, process: ProcessID, queue: QueueName) {
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
