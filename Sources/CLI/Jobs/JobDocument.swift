import Foundation
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
    let createdAt: Date
    let dispatchAt: Date
    let startedAt: Date?
    let finishedAt: Date?

    enum CodingKeys: String, CodingKey {
        case id, queue, name, state, reason, attempts, crashes, payload, errors, process, durable
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
        payload = JSONValue(document: job.payload)
        errors = job.errors
        process = job.process
        durable = job.isDurable
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

    enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    init(jobs: [JobDetail], nextCursor: JobID?) {
        items = jobs.map(JobDocument.init)
        self.nextCursor = nextCursor?.description
    }
}
