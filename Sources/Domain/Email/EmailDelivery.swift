/// The one delivery of one email about an order.
package struct EmailDelivery: Hashable, Sendable {
    package typealias ID = Identifier<EmailDelivery>

    /// The id; the email's Message-ID is made from it.
    package let id: ID
    package let orderID: Order.ID
    package let kind: EmailKind
    /// The refund that a refund email is about, `nil` for the other kinds.
    package let refundID: Refund.ID?
    /// The shipment that an email of goods on their way is about, `nil` for the other kinds.
    package let shipmentID: Shipment.ID?
    package let status: EmailDeliveryStatus
    /// How often it was tried, counting the present attempt.
    package let attempt: Int
    /// To whom, `nil` after erasure.
    package let recipient: EmailAddress?

    /// Puts a delivery together from stored parts.
    package init(
        id: ID, orderID: Order.ID, kind: EmailKind, refundID: Refund.ID? = nil,
        shipmentID: Shipment.ID? = nil, status: EmailDeliveryStatus, attempt: Int, recipient: EmailAddress?
    ) {
        self.id = id
        self.orderID = orderID
        self.kind = kind
        self.refundID = refundID
        self.shipmentID = shipmentID
        self.status = status
        self.attempt = attempt
        self.recipient = recipient
    }

    /// The left part of the email's Message-ID (RFC 5322, section 3.6.4), the same in every attempt. The host is the
    /// sender's.
    package var messageIDLocalPart: String { "delivery.\(id)" }
}

/// Where the delivery of one email stands.
package enum EmailDeliveryStatus: String, Codable, Lifecycle {
    /// Nothing was tried, or what was tried surely did not go out.
    case pending
    /// A call to the email provider is or was in the making.
    case sending
    /// The provider has it.
    case sent
    /// The provider may or may not have it. Never resent blindly.
    case unknown
    /// It will not be sent.
    case failed
    /// What it says was no longer true when its time came, so it was not sent.
    case obsolete

    /// The table of allowed transitions.
    package static let transitions: [EmailDeliveryStatus: Set<EmailDeliveryStatus>] = [
        .pending: [.sending, .failed, .obsolete],
        .sending: [.sent, .pending, .unknown, .failed],
        .unknown: [.sent, .pending, .failed],
        .sent: [], .failed: [.pending], .obsolete: [],
    ]

    package static let beginnings: Set = [EmailDeliveryStatus.pending]
}

/// What an email about an order is for. An order gets at most one of each, a refund email for each refund, and those of
/// goods on their way for each shipment.
package enum EmailKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// The order is paid and on its way.
    case orderConfirmation = "order_confirmation"
    /// The payment was declined and another card is awaited.
    case paymentFailed = "payment_failed"
    /// Money went back.
    case refund
    /// Money that was said to have gone back has not: the customer's bank sent it back.
    case refundFailed = "refund_failed"
    /// The order is canceled or was not paid in time.
    case cancellation
    /// Goods are on their way.
    case shipped
    /// Goods arrived.
    case delivered

    /// Whether it is about one shipment.
    package var isAboutShipment: Bool { self == .shipped || self == .delivered }
}

/// Whether what an email says is true at this moment.
package enum EmailTiming: Hashable, Sendable {
    /// It is: send it.
    case now
    /// That is being decided.
    case later
    /// It is not any more, and never will be again.
    case never

    /// The timing of an email about an order in this state. Only a declined payment can be made good; money that came
    /// back before its customer was told that it had gone is not spoken of.
    ///
    /// - Parameter refund: where the refund stands that the email is about, if any.
    package init(_ kind: EmailKind, order: OrderStatus, refund: RefundStatus? = nil) {
        switch (kind, order) {
        case (.refund, _) where refund.map { $0 != .succeeded } ?? false: self = .never
        case (.paymentFailed, .paymentFailed): self = .now
        case (.paymentFailed, .pending), (.paymentFailed, .reserved): self = .later
        case (.paymentFailed, _): self = .never
        case (.orderConfirmation, _), (.refund, _), (.refundFailed, _), (.cancellation, _), (.shipped, _),
            (.delivered, _):
            self = .now
        }
    }
}
