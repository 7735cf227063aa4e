import Foundation
import JSON
import JobQueue

/// A job as operators see it in a list: without its payload and the errors but the last.
struct JobBody: Encodable {
    let job: JobDetail
    /// Whether the payload and every attempt's error are shown.
    let isDetailed: Bool
    /// What is left undone if it is discarded, in one sentence.
    var remains: String?

    enum CodingKeys: String, CodingKey {
        case id, queue, name, state, reason, attempts, crashes, payload, errors, process, durable, fingerprint, progress
        case lastError = "last_error"
        case leavesBehind = "leaves_behind"
        case uniqueKey = "unique_key"
        case cancelRequestedAt = "cancel_requested_at"
        case createdAt = "created_at"
        case dispatchAt = "dispatch_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job.id.description, forKey: .id)
        try container.encode(job.queue, forKey: .queue)
        try container.encode(job.name, forKey: .name)
        try container.encode(job.state.rawValue, forKey: .state)
        try container.encode(job.reason, forKey: .reason)
        try container.encode(job.attempts, forKey: .attempts)
        try container.encode(job.crashes, forKey: .crashes)
        try container.encode(job.process, forKey: .process)
        try container.encode(job.isDurable, forKey: .durable)
        try container.encode(job.fingerprint, forKey: .fingerprint)
        try container.encode(job.uniqueKey, forKey: .uniqueKey)
        try container.encode(job.progress, forKey: .progress)
        try container.encode(job.cancelRequestedAt, forKey: .cancelRequestedAt)
        try container.encode(job.createdAt, forKey: .createdAt)
        try container.encode(job.dispatchAt, forKey: .dispatchAt)
        try container.encode(job.startedAt, forKey: .startedAt)
        try container.encode(job.finishedAt, forKey: .finishedAt)
        if isDetailed {
            try container.encode(payload, forKey: .payload)
            try container.encode(job.errors, forKey: .errors)
            try container.encode(remains, forKey: .leavesBehind)
        } else {
            try container.encode(job.errors.last, forKey: .lastError)
        }
    }

    /// The payload as JSON; what cannot be read as such (a malformed job) is shown as text.
    private var payload: JSONValue { JSONValue(documentOrText: job.payload) }
}
