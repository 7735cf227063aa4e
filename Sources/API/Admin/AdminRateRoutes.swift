import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Resilience
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
            PageDocument(
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

/// A set of rates as operators see it.
struct RateSetBody: Encodable {
    struct Move: Encodable {
        let currency: String
        let base: String
        let old: String
        let new: String
    }

    let id: String
    let status: String
    let source: String
    let base: String
    let date: String
    let fetchedAt: Date
    let checkedAt: Date
    /// Why a held set is held: how far which rates went from those in use.
    let moves: [Move]
    let rates: [String: String]

    enum CodingKeys: String, CodingKey {
        case id, status, source, base, date, moves, rates
        case fetchedAt = "fetched_at"
        case checkedAt = "checked_at"
    }

    init(_ record: RateSetRecord, moves: [RateMove]) {
        id = record.set.id.description
        status = record.status.rawValue
        source = record.set.source
        base = record.set.base.code
        date = record.set.date.description
        fetchedAt = record.fetchedAt
        checkedAt = record.checkedAt
        self.moves = moves.map {
            Move(currency: $0.currency.code, base: $0.base.code, old: $0.old.description, new: $0.new.description)
        }
        rates = Dictionary(uniqueKeysWithValues: record.set.rates.map { ($0.key.code, $0.value.description) })
    }
}

/// Problems of looking after exchange rates.
extension Problem {
    static func ratesOutdated(current: CalendarDay) -> Problem {
        Problem(
            "rates_outdated", .conflict, "Rates outdated",
            "The rates in use are of \(current), newer than this set. Rates never go back; reject the set.")
    }
}
