import Domain
import FoundationEssentials

/// Money that goes back, as staff see it.
struct RefundBody: Encodable {
    private let refund: Refund
    private let baseAmount: Money?

    /// - Parameter baseAmount: what it comes to in the currency of base prices, where the order's prices were
    ///   converted.
    init(_ refund: Refund, baseAmount: Money?) {
        self.refund = refund
        self.baseAmount = baseAmount
    }

    /// The refunds of an order, which was priced at this rate, oldest first.
    static func all(_ refunds: [Refund], at rate: AppliedRate?) throws -> [RefundBody] {
        let baseAmounts = try rate?.baseAmounts(of: refunds) ?? [:]
        return refunds.map { RefundBody($0, baseAmount: baseAmounts[$0.id]) }
    }

    private struct Item: Encodable {
        let item: RefundItem

        enum CodingKeys: String, CodingKey {
            case sku, quantity, restock, restocked
            case productID = "product_id"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(item.productID, forKey: .productID)
            try container.encode(item.sku.rawValue, forKey: .sku)
            try container.encode(item.quantity, forKey: .quantity)
            try container.encode(item.restock, forKey: .restock)
            try container.encode(item.restocked, forKey: .restocked)
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, amount, reason, status, restock, source, items
        case orderID = "order_id"
        case baseAmount = "base_amount"
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
        try container.encode(baseAmount, forKey: .baseAmount)
        try container.encode(refund.reason, forKey: .reason)
        try container.encode(refund.status, forKey: .status)
        try container.encode(refund.restock, forKey: .restock)
        try container.encode(refund.source, forKey: .source)
        try container.encode(refund.items.map(Item.init), forKey: .items)
        try container.encode(refund.providerID?.rawValue, forKey: .providerID)
        try container.encode(refund.failureReason, forKey: .failureReason)
        try container.encode(refund.createdAt, forKey: .createdAt)
        try container.encode(refund.settledAt, forKey: .settledAt)
    }
}
