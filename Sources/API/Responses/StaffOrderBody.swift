import Domain
import Storage

/// An order as staff see it: with what went back and why, and without the secret that only its customer may have.
struct StaffOrderBody: Encodable {
    let order: Order
    let refunds: [Refund]
    let disputes: [DisputeRecord]

    private enum CodingKeys: String, CodingKey {
        case fulfilment, refunds, disputes
        case userID = "user_id"
    }

    func encode(to encoder: any Encoder) throws {
        try OrderBody(order, showsSecret: false).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(order.fulfilment.rawValue, forKey: .fulfilment)
        try container.encodeIfPresent(order.userID, forKey: .userID)
        try container.encode(refunds.map(RefundBody.init), forKey: .refunds)
        try container.encode(disputes.map(DisputeBody.init), forKey: .disputes)
    }
}
