import Domain
import FoundationEssentials

/// Money that goes back, as staff see it.
struct RefundBody: Encodable {
    private let refund: Refund

    init(_ refund: Refund) { self.refund = refund }

    enum CodingKeys: String, CodingKey {
        case id, amount, reason, status, restock
        case orderID = "order_id"
        case providerID = "provider_id"
        case failureReason = "failure_reason"
        case createdAt = "created_at"
        case settledAt = "settled_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(refund.id, forKey: .id)
        try container.encode(refund.orderID, forKey: .orderID)
        try container.encode(refund.amount, forKey: .amount)
        try container.encode(refund.reason, forKey: .reason)
        try container.encode(refund.status, forKey: .status)
        try container.encode(refund.restock, forKey: .restock)
        try container.encode(refund.providerID?.rawValue, forKey: .providerID)
        try container.encode(refund.failureReason, forKey: .failureReason)
        try container.encode(refund.createdAt, forKey: .createdAt)
        try container.encode(refund.settledAt, forKey: .settledAt)
    }
}
