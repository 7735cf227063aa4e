/// The one delivery of one mail about an order.
public struct MailDelivery: Hashable, Sendable {
    /// A delivery's id.
    public typealias ID = Identifier<MailDelivery>

    /// The id; the mail's Message-ID is made from it.
    public let id: ID
    /// About which order.
    public let orderID: Order.ID
    /// What for.
    public let kind: MailKind
    /// The refund that a refund mail is about, `nil` for the other kinds.
    public let refundID: Refund.ID?
    /// Where it stands.
    public let status: MailDeliveryStatus
    /// How often it was tried, counting the present attempt.
    public let attempt: Int
    /// To whom, `nil` after erasure.
    public let recipient: EmailAddress?

    /// Puts a delivery together from stored parts.
    public init(
        id: ID, orderID: Order.ID, kind: MailKind, refundID: Refund.ID? = nil, status: MailDeliveryStatus, attempt: Int,
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

    /// The left part of the mail's Message-ID (RFC 5322, section 3.6.4), the same in every attempt. The host is the sender's.
    public var messageIDLocalPart: String { "delivery.\(id)" }
}
