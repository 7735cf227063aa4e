import Domain
import Storage

/// An order as staff see it: with what went back and why and what became of its mails, and without the secret that only
/// its customer may have.
struct StaffOrderBody: Encodable {
    let order: Order
    let refunds: [Refund]
    let disputes: [DisputeRecord]
    let mails: [OrderEmail]
    var waiting: OrderWaiting?

    private enum CodingKeys: String, CodingKey {
        case fulfilment, refunds, disputes, mails
        case userID = "user_id"
    }

    func encode(to encoder: any Encoder) throws {
        try OrderBody(order, waiting: waiting, showsSecret: false).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(order.fulfilment.rawValue, forKey: .fulfilment)
        try container.encodeIfPresent(order.userID, forKey: .userID)
        try container.encode(RefundBody.all(refunds, at: order.rate), forKey: .refunds)
        try container.encode(disputes.map(DisputeBody.init), forKey: .disputes)
        try container.encode(mails.map(EmailBody.init), forKey: .mails)
    }
}
