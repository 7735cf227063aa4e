/// The one delivery of one mail about an order.
package struct EmailDelivery: Hashable, Sendable {
    /// A delivery's id.
    package typealias ID = Identifier<EmailDelivery>

    /// The id; the mail's Message-ID is made from it.
    package let id: ID
    /// About which order.
    package let orderID: Order.ID
    /// What for.
    package let kind: EmailKind
    /// The refund that a refund mail is about, `nil` for the other kinds.
    package let refundID: Refund.ID?
    /// Where it stands.
    package let status: EmailDeliveryStatus
    /// How often it was tried, counting the present attempt.
    package let attempt: Int
    /// To whom, `nil` after erasure.
    package let recipient: EmailAddress?

    /// Puts a delivery together from stored parts.
    package init(
        id: ID, orderID: Order.ID, kind: EmailKind, refundID: Refund.ID? = nil, status: EmailDeliveryStatus,
        attempt: Int,
        recipient: EmailAddress?
    ) {
        self.id = id
        self.orderID = orderID
        self.kind = kind
        self.refundID = refundID
        self.status = status
        self.attempt = attempt
        self.recipient = recipient
    }

    /// The left part of the mail's Message-ID (RFC 5322, section 3.6.4), the same in every attempt. The host is the
    /// sender's.
    package var messageIDLocalPart: String { "delivery.\(id)" }
}
