import Foundation
import JSON
import JobQueue

/// A job in JSON, with the names of the HTTP API.
struct JobDocument: Encodable {
    let id: String
    let queue: String
    let name: String
    let state: String
    let reason: String?
    let attempts: Int
    let crashes: Int
    let payload: JSONValue
    let errors: [AttemptRecord]
    let process: String?
    let durable: Bool
    let fingerprint: String?
    let uniqueKey: String?
    let progress: ReportedProgress?
    let cancelRequestedAt: Date?
    let createdAt: Date
    let dispatchAt: Date
    let startedAt: Date?
    let finishedAt: Date?

    enum CodingKeys: String, CodingKey {
        case id, queue, name, state, reason, attempts, crashes, payload, errors, process, durable, fingerprint, progress
        case uniqueKey = "unique_key"
        case cancelRequestedAt = "cancel_requested_at"
        case createdAt = "created_at"
        case dispatchAt = "dispatch_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
    }

    init(_ job: JobDetail) {
        id = job.id.description
        queue = job.queue
        name = job.name
        state = job.state.rawValue
        reason = job.reason
        attempts = job.attempts
        crashes = job.crashes
        payload = JSONValue(documentOrText: job.payload)
        errors = job.errors
        process = job.process
        durable = job.isDurable
        fingerprint = job.fingerprint
        uniqueKey = job.uniqueKey
        progress = job.progress
        cancelRequestedAt = job.cancelRequestedAt
        createdAt = job.createdAt
        dispatchAt = job.dispatchAt
        startedAt = job.startedAt
        finishedAt = job.finishedAt
    }
}

/// A page of jobs in JSON.
struct JobListDocument: Encodable {
    let items: [JobDocument]
    let nextCursor: String?
    let cut: Bool

    enum CodingKeys: String, CodingKey {
        case items, cut
        case nextCursor = "next_cursor"
    }

    init(_ page: JobPage) {
        items = page.items.map(JobDocument.init)
        nextCursor = page.nextCursor?.description
        cut = page.isCut
    }
}
