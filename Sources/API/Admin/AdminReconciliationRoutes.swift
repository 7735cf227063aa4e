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
            PageDocument(items: breaks.items.map(BreakDocument.init), nextCursor: breaks.nextCursor))
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
        return try JSONResponse.response(BreakDocument(resolved))
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
