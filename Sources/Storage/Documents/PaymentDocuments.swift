package import Domain

/// A refund, as staff see it.
package struct RefundDocument: Encodable {
    private let refund: Refund
    private let baseAmount: Money?

    /// - Parameter baseAmount: what it comes to in the currency of base prices, where the order's prices were
    ///   converted.
    package init(_ refund: Refund, baseAmount: Money?) {
        self.refund = refund
        self.baseAmount = baseAmount
    }

    /// The refunds of an order, which was priced at this rate, oldest first.
    /// - Throws: `MoneyError` when the amounts in base prices do not fit 64 bits.
    package static func all(_ refunds: [Refund], at rate: AppliedRate?) throws -> [RefundDocument] {
        let baseAmounts = try rate?.baseAmounts(of: refunds) ?? [:]
        return refunds.map { RefundDocument($0, baseAmount: baseAmounts[$0.id]) }
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

    private enum CodingKeys: String, CodingKey {
        case id, amount, reason, status, restock, source, items
        case orderID = "order_id"
        case baseAmount = "base_amount"
        case providerID = "provider_id"
        case failureReason = "failure_reason"
        case createdAt = "created_at"
        case settledAt = "settled_at"
    }

    package func encode(to encoder: any Encoder) throws {
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

/// A charge that a customer's bank asks back, as staff see it.
package struct DisputeDocument: Encodable {
    private let record: DisputeRecord

    package init(_ record: DisputeRecord) { self.record = record }

    private enum CodingKeys: String, CodingKey {
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

    package func encode(to encoder: any Encoder) throws {
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

/// What became of an email about an order, as staff see it. Its address stands with the order.
package struct EmailDocument: Encodable {
    private let email: OrderEmail

    package init(_ email: OrderEmail) { self.email = email }

    private enum CodingKeys: String, CodingKey {
        case id, kind, status, reason, fault, attempts
        case orderID = "order_id"
        case refundID = "refund_id"
        case shipmentID = "shipment_id"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case sentAt = "sent_at"
        case bouncedAt = "bounced_at"
        case bounceReason = "bounce_reason"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(email.delivery.id, forKey: .id)
        try container.encode(email.delivery.orderID, forKey: .orderID)
        try container.encode(email.delivery.kind, forKey: .kind)
        try container.encode(email.delivery.status, forKey: .status)
        try container.encode(email.delivery.refundID, forKey: .refundID)
        try container.encode(email.delivery.shipmentID, forKey: .shipmentID)
        try container.encode(email.delivery.attempt, forKey: .attempts)
        try container.encode(email.reason, forKey: .reason)
        try container.encode(email.fault, forKey: .fault)
        try container.encode(email.createdAt, forKey: .createdAt)
        try container.encode(email.updatedAt, forKey: .updatedAt)
        try container.encode(email.sentAt, forKey: .sentAt)
        try container.encode(email.bouncedAt, forKey: .bouncedAt)
        try container.encode(email.bounceReason, forKey: .bounceReason)
    }
}
