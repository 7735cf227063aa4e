import Domain
import Hummingbird
import Storage

/// What operators do with sets of rates that moved too far. Every decision goes to the audit log, in one transaction
/// with itself.
struct AdminRateRoutes {
    let rates: RateStore

    func add(to routes: inout Routes) {
        routes.get("admin/rates", audience: .support, limit: .admin, use: list)
        routes.post("admin/rates/{id}/approve", audience: .operators, limit: .admin, use: approve)
        routes.post("admin/rates/{id}/reject", audience: .operators, limit: .admin, use: reject)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        let status = try await rates.status()
        let records = (status.current.map { [$0] } ?? []) + status.held
        return try JSONResponse.response(
            PageBody(
                items: records.map { RateSetBody($0, moves: $0.status == .held ? status.moves(of: $0) : []) },
                nextCursor: nil))
    }

    @Sendable func approve(_ request: Request, _ context: ShopContext) async throws -> Response {
        let (id, entry) = try decision("rates.approved", context)
        switch try await rates.approve(id, noting: entry) {
        case .approved: return Response(status: .noContent)
        case .outdated(let current): throw Problem.ratesOutdated(current: current)
        case .notHeld: throw Problem.notFound("held set of rates")
        }
    }

    @Sendable func reject(_ request: Request, _ context: ShopContext) async throws -> Response {
        let (id, entry) = try decision("rates.rejected", context)
        guard try await rates.reject(id, noting: entry) else { throw Problem.notFound("held set of rates") }
        return Response(status: .noContent)
    }

    private func decision(_ action: String, _ context: ShopContext) throws -> (RateSet.ID, AuditEntry) {
        guard let user = context.viewer.user, let id = RateSet.ID(try context.parameters.require("id")) else {
            throw Problem.notFound("held set of rates")
        }
        let entry = AuditEntry(
            actor: .user(user), action: action, subjectKind: "rate_set", subjectID: id.description,
            remoteAddress: context.remoteAddress,
            details: ["request_id": context.requestID])
        return (id, entry)
    }
}
