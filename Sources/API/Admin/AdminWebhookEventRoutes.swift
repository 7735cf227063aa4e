import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// Events of the payment provider, and what operators say to those that no job has acted on. Every change goes to the
/// audit log, in one transaction with itself.
struct AdminWebhookEventRoutes {
    let webhooks: WebhookStore

    func add(to routes: inout Routes) {
        routes.get("admin/webhook-events", audience: .support, limit: .admin, use: list)
        routes.post("admin/webhook-events/replay", audience: .operators, limit: .admin, use: replayAll)
        routes.get("admin/webhook-events/{id}", audience: .support, limit: .admin, use: show)
        routes.post("admin/webhook-events/{id}/replay", audience: .operators, limit: .admin, use: replay)
        routes.post("admin/webhook-events/{id}/ignore", audience: .operators, limit: .admin, use: ignore)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let selection = query.parsed("state", "Expected one of \(Self.selections).") {
            WebhookStore.Selection(rawValue: $0)
        }
        let page = query.page()
        try query.finish()
        let events = try await webhooks.events(selection, page: page)
        return try JSONResponse.response(
            PageDocument(items: events.items.map(WebhookEventDocument.init), nextCursor: events.nextCursor))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        guard let event = try await webhooks.event(try context.parameters.require("id")) else {
            throw Problem.notFound("event")
        }
        return try JSONResponse.response(WebhookEventDocument(event))
    }

    /// Answers once the job that acts on it is durable.
    @Sendable func replay(_ request: Request, _ context: ShopContext) async throws -> Response {
        let fields = try await request.optionalFields()
        guard fields.isComplete else { throw fields.rejection }
        let (id, entry) = try change("webhook_event.replayed", context)
        return try Self.response(try await webhooks.replay(id, noting: entry), status: .accepted)
    }

    @Sendable func replayAll(_ request: Request, _ context: ShopContext) async throws -> Response {
        var fields = try await request.optionalFields()
        let selection =
            fields.has("state")
            ? fields.parsed("state", "Expected waiting, ignored or unmatched.") {
                WebhookStore.Selection(rawValue: $0).flatMap { $0 == .handled ? nil : $0 }
            } : .waiting
        guard fields.isComplete, let selection else { throw fields.rejection }
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let entry = AuditEntry(
            actor: .user(user), action: "webhook_events.replayed", subjectKind: "webhook_events",
            subjectID: selection.rawValue,
            remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
        return try JSONResponse.response(
            Replayed(replayed: try await webhooks.replayAll(selection, noting: entry)), status: .accepted,
            headers: .comeAgain())
    }

    @Sendable func ignore(_ request: Request, _ context: ShopContext) async throws -> Response {
        var fields = try await request.fields()
        let note = fields.text("note", 1...1000)
        guard fields.isComplete, let note else { throw fields.rejection }
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        var (id, entry) = try change("webhook_event.ignored", context)
        entry.details["note"] = note
        return try Self.response(try await webhooks.ignore(id, note: note, by: .user(user), noting: entry), status: .ok)
    }

    private struct Replayed: Encodable {
        let replayed: Int
    }

    private static let selections = WebhookStore.Selection.allCases.map(\.rawValue).joined(separator: ", ")

    private func change(_ action: String, _ context: ShopContext) throws -> (String, AuditEntry) {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let id = try context.parameters.require("id")
        return (
            id,
            AuditEntry(
                actor: .user(user), action: action, subjectKind: "webhook_event", subjectID: String(id.prefix(255)),
                remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
        )
    }

    private static func response(_ change: WebhookEventChange, status: HTTPResponse.Status) throws -> Response {
        switch change {
        case .done(let event):
            return try JSONResponse.response(
                WebhookEventDocument(event), status: status, headers: status == .accepted ? .comeAgain() : [:])
        case .handled(let event): throw Problem.eventHandled(event)
        case .unknown: throw Problem.notFound("event")
        }
    }
}

extension Problem {
    static func eventHandled(_ event: WebhookEvent) -> Problem {
        Problem(
            "event_already_handled", .conflict, "Event already handled",
            "It was acted on (\(event.outcome ?? "handled")), and what it said is no longer kept: there is "
                + "nothing left to do."
        )
    }
}
