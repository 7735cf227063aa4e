import Arithmetic
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

/// Jobs as lines for people.
enum JobTable {
    static func table(of jobs: [JobDetail], at now: Date = Date()) -> Table {
        var table = Table([
            .text("id"), .text("state"), .text("queue"), .wide("job"), .number("tries"), .text("age"),
            .wide("last error, progress"),
        ])
        for job in jobs {
            table.add([
                job.id.description, job.state.rawValue, job.queue, job.name, String(job.attempts),
                TimeText.age(job.createdAt, at: now),
                trouble(of: job),
            ])
        }
        return table
    }

    /// `40 %: 4,000 of 10,000 rows`
    static func progress(_ progress: ReportedProgress) -> String {
        ["\(Int(saturating: progress.fraction * 100)) %", progress.message].compactMap(\.self).joined(separator: ": ")
    }

    /// Why it is dead or parked, and its last error; of one that runs, how far it is.
    private static func trouble(of job: JobDetail) -> String {
        if job.state == .running, let progress = job.progress { return self.progress(progress) }
        let error = job.errors.last.map { "\($0.code): \($0.message)" }
        return switch (job.reason, error) {
        case (let reason?, let error?): "\(reason) · \(error)"
        case (let reason?, nil): reason
        case (nil, let error): error ?? ""
        }
    }
}
