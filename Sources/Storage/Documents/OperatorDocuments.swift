import Domain
import Foundation
import JSON
package import JobQueue

/// A job as operators see it in a list: without its payload and the errors but the last.
package struct JobDocument: Encodable {
    private let job: JobDetail
    /// Whether the payload and every attempt's error are shown.
    private let isDetailed: Bool
    /// What is left undone if it is discarded, in one sentence.
    private let remains: String?

    package init(_ job: JobDetail, isDetailed: Bool, remains: String? = nil) {
        self.job = job
        self.isDetailed = isDetailed
        self.remains = remains
    }

    private enum CodingKeys: String, CodingKey {
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

    package func encode(to encoder: any Encoder) throws {
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

/// One page of jobs.
package struct JobPageDocument: Encodable {
    private let page: JobPage
    private let isDetailed: Bool

    package init(_ page: JobPage, isDetailed: Bool) {
        self.page = page
        self.isDetailed = isDetailed
    }

    private enum CodingKeys: String, CodingKey {
        case items, cut
        case nextCursor = "next_cursor"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(page.items.map { JobDocument($0, isDetailed: isDetailed) }, forKey: .items)
        try container.encode(page.nextCursor?.description, forKey: .nextCursor)
        try container.encode(page.isCut, forKey: .cut)
    }
}

/// A difference between the provider's books and ours, as staff see it.
package struct BreakDocument: Encodable {
    private let known: ReconciliationBreak

    package init(_ known: ReconciliationBreak) { self.known = known }

    private enum CodingKeys: String, CodingKey {
        case id, kind, object, amount, reason, status, note
        case providerID = "provider_id"
        case orderID = "order_id"
        case foundAt = "found_at"
        case lastSeenAt = "last_seen_at"
        case closedAt = "closed_at"
        case resolvedAt = "resolved_at"
        case resolvedBy = "resolved_by"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(known.id, forKey: .id)
        try container.encode(known.kind, forKey: .kind)
        try container.encode(known.object, forKey: .object)
        try container.encode(known.providerID, forKey: .providerID)
        try container.encode(known.orderID, forKey: .orderID)
        try container.encode(known.amount, forKey: .amount)
        try container.encode(known.reason, forKey: .reason)
        try container.encode(known.status, forKey: .status)
        try container.encode(known.foundAt, forKey: .foundAt)
        try container.encode(known.lastSeenAt, forKey: .lastSeenAt)
        try container.encode(known.closedAt, forKey: .closedAt)
        try container.encode(known.resolvedAt, forKey: .resolvedAt)
        try container.encode(known.resolvedBy, forKey: .resolvedBy)
        try container.encode(known.note, forKey: .note)
    }
}

/// An event of the payment provider as staff see it; what it says is not shown.
package struct WebhookEventDocument: Encodable {
    private let event: WebhookEvent

    package init(_ event: WebhookEvent) { self.event = event }

    private enum CodingKeys: String, CodingKey {
        case id, type, state, outcome, note
        case objectID = "object_id"
        case apiVersion = "api_version"
        case canReplay = "can_replay"
        case occurredAt = "occurred_at"
        case receivedAt = "received_at"
        case handledAt = "handled_at"
        case ignoredAt = "ignored_at"
        case ignoredBy = "ignored_by"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event.id, forKey: .id)
        try container.encode(event.type, forKey: .type)
        try container.encode(event.objectID, forKey: .objectID)
        try container.encode(event.apiVersion, forKey: .apiVersion)
        try container.encode(event.state, forKey: .state)
        try container.encode(event.outcome, forKey: .outcome)
        try container.encode(event.canReplay, forKey: .canReplay)
        try container.encode(event.occurredAt, forKey: .occurredAt)
        try container.encode(event.receivedAt, forKey: .receivedAt)
        try container.encode(event.handledAt, forKey: .handledAt)
        try container.encode(event.ignoredAt, forKey: .ignoredAt)
        try container.encode(event.ignoredBy, forKey: .ignoredBy)
        try container.encode(event.note, forKey: .note)
    }
}

/// One page of a list.
package struct PageDocument<Item: Encodable>: Encodable {
    private let items: [Item]
    /// Give it back as `cursor` for the next page; null on the last one.
    private let nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    private enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}
