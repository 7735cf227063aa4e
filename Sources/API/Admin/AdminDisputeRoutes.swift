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
            PageDocument(items: found.items.map(DisputeBody.init), nextCursor: found.nextCursor))
    }
}

/// A charge that a customer's bank asks back, as staff see it.
struct DisputeBody: Encodable {
    private let record: DisputeRecord

    init(_ record: DisputeRecord) { self.record = record }

    enum CodingKeys: String, CodingKey {
        case id, amount, reason, status, funds
        case orderID = "order_id"
        case orderNumber = "order_number"
        case intentID = "payment_intent"
        case openedAt = "opened_at"
        case answerBefore = "answer_before"
        case withdrawnAt = "funds_withdrawn_at"
        case reinstatedAt = "funds_reinstated_at"
        case closedAt = "closed_at"
    }

    func encode(to encoder: any Encoder) throws {
        let dispute = record.dispute
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(dispute.id, forKey: .id)
        try container.encode(record.orderID, forKey: .orderID)
        try container.encode(record.orderNumber, forKey: .orderNumber)
        try container.encode(dispute.intentID, forKey: .intentID)
        try container.encode(dispute.amount, forKey: .amount)
        try container.encode(dispute.reason, forKey: .reason)
        try container.encode(dispute.status, forKey: .status)
        try container.encode(dispute.openedAt, forKey: .openedAt)
        try container.encode(dispute.answerBefore, forKey: .answerBefore)
        try container.encode(dispute.funds, forKey: .funds)
        try container.encode(record.withdrawnAt, forKey: .withdrawnAt)
        try container.encode(record.reinstatedAt, forKey: .reinstatedAt)
        try container.encode(record.closedAt, forKey: .closedAt)
    }
}
