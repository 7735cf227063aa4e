import Domain

/// An order as it stands in a list for staff. Its email address is masked.
package struct OrderSummaryDocument: Encodable {
    private let order: OrderSummary

    package init(_ order: OrderSummary) { self.order = order }

    private enum CodingKeys: String, CodingKey {
        case id, number, status, email, pieces, total, refunded
        case fulfillmentStatus = "fulfillment_status"
        case paymentStatus = "payment_status"
        case userID = "user_id"
        case createdAt = "created_at"
        case confirmedAt = "confirmed_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(order.id, forKey: .id)
        try container.encode(order.number, forKey: .number)
        try container.encode(order.status.rawValue, forKey: .status)
        try container.encode(order.fulfillment.rawValue, forKey: .fulfillmentStatus)
        try container.encode(order.paymentStatus.rawValue, forKey: .paymentStatus)
        try container.encode(order.userID, forKey: .userID)
        try container.encode(order.email?.description, forKey: .email)
        try container.encode(order.pieces, forKey: .pieces)
        try container.encode(order.total, forKey: .total)
        try container.encode(order.refunded, forKey: .refunded)
        try container.encode(order.createdAt, forKey: .createdAt)
        try container.encode(order.confirmedAt, forKey: .confirmedAt)
    }
}
