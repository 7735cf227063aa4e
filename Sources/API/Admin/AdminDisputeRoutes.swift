import Domain
import Hummingbird
import Resilience
import Storage

/// Charges that customers' banks ask back, for staff to look at. They are answered at the provider.
struct AdminDisputeRoutes {
    let disputes: DisputeStore

    func add(to routes: inout Routes) {
        routes.get("admin/disputes", audience: .support, limit: .admin, use: list)
    }

    /// `?open=true` shows those that are not decided.
    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let onlyOpen = query.flag("open") ?? false
        let page = query.page()
        try query.finish()
        let found = try await disputes.disputes(onlyOpen: onlyOpen, page: page)
        return try JSONResponse.response(
            PageDocument(items: found.items.map(DisputeDocument.init), nextCursor: found.nextCursor))
    }
}
