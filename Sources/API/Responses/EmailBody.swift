import Domain
import FoundationEssentials
import Storage

/// What became of a mail about an order, as staff see it. Its address stands with the order.
struct EmailBody: Encodable {
    private let mail: OrderEmail

    init(_ mail: OrderEmail) { self.mail = mail }

    enum CodingKeys: String, CodingKey {
        case id, kind, status, reason, fault, attempts
        case orderID = "order_id"
        case refundID = "refund_id"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case sentAt = "sent_at"
        case bouncedAt = "bounced_at"
        case bounceReason = "bounce_reason"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mail.delivery.id, forKey: .id)
        try container.encode(mail.delivery.orderID, forKey: .orderID)
        try container.encode(mail.delivery.kind, forKey: .kind)
        try container.encode(mail.delivery.status, forKey: .status)
        try container.encode(mail.delivery.refundID, forKey: .refundID)
        try container.encode(mail.delivery.attempt, forKey: .attempts)
        try container.encode(mail.reason, forKey: .reason)
        try container.encode(mail.fault, forKey: .fault)
        try container.encode(mail.createdAt, forKey: .createdAt)
        try container.encode(mail.updatedAt, forKey: .updatedAt)
        try container.encode(mail.sentAt, forKey: .sentAt)
        try container.encode(mail.bouncedAt, forKey: .bouncedAt)
        try container.encode(mail.bounceReason, forKey: .bounceReason)
    }
}
