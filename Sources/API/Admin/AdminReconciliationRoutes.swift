import Domain
import FoundationEssentials
import Hummingbird
import Resilience
import Storage

/// Where the books of the payment provider and ours differ, and what operators say to it. Every decision goes to the
/// audit log, in one transaction with itself.
struct AdminReconciliationRoutes {
    let reconciliations: ReconciliationStore

    func add(to routes: inout Routes) {
        routes.get("admin/reconciliation", audience: .support, limit: .admin, use: list)
        routes.post("admin/reconciliation/{id}/resolve", audience: .operators, limit: .admin, use: resolve)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let states = ReconciliationBreak.Status.allCases.map(\.rawValue).joined(separator: ", ")
        let status = query.parsed("status", "Expected one of \(states).") { ReconciliationBreak.Status(rawValue: $0) }
        let kinds = BreakKind.allCases.map(\.rawValue).joined(separator: ", ")
        let kind = query.parsed("kind", "Expected one of \(kinds).") { BreakKind(rawValue: $0) }
        let page = query.page()
        try query.finish()
        let breaks = try await reconciliations.breaks(status: status, kind: kind, page: page)
        return try JSONResponse.response(
            PageBody(items: breaks.items.map(BreakBody.init), nextCursor: breaks.nextCursor))
    }

    @Sendable func resolve(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user, let id = ReconciliationBreak.ID(try context.parameters.require("id"))
        else {
            throw Problem.notFound("break")
        }
        let body = try ResolveBreakRequest(try await request.fields())
        let entry = AuditEntry(
            actor: .user(user), action: "reconciliation.resolved", subjectKind: "reconciliation_break",
            subjectID: id.description,
            remoteAddress: context.remoteAddress, details: ["note": body.note, "request_id": context.requestID])
        guard let resolved = try await reconciliations.resolve(id, note: body.note, by: .user(user), noting: entry)
        else {
            throw Problem.notFound("break")
        }
        return try JSONResponse.response(BreakBody(resolved))
    }
}

/// Body of `POST /admin/reconciliation/{id}/resolve`.
struct ResolveBreakRequest: Equatable {
    /// What was done about it.
    let note: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let note = fields.text("note", 1...1000)
        guard fields.isComplete, let note else { throw fields.rejection }
        self.note = note
    }
}

/// A difference between the provider's books and ours, as staff see it.
struct BreakBody: Encodable {
    private let known: ReconciliationBreak

    init(_ known: ReconciliationBreak) { self.known = known }

    enum CodingKeys: String, CodingKey {
        case id, kind, object, amount, reason, status, note
        case providerID = "provider_id"
        case orderID = "order_id"
        case foundAt = "found_at"
        case lastSeenAt = "last_seen_at"
        case healedAt = "healed_at"
        case resolvedAt = "resolved_at"
        case resolvedBy = "resolved_by"
    }

    func encode(to encoder: any Encoder) throws {
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
        try container.encode(known.healedAt, forKey: .healedAt)
        try container.encode(known.resolvedAt, forKey: .resolvedAt)
        try container.encode(known.resolvedBy, forKey: .resolvedBy)
        try container.encode(known.note, forKey: .note)
    }
}
