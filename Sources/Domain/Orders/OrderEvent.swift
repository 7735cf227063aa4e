package import FoundationEssentials

/// Something that happened to an order and why, in order of happening.
package struct OrderEvent: Hashable, Sendable {
    /// What happened. The raw values are stored and shown; they never change.
    package enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
        /// The order was accepted.
        case placed
        /// Stock was reserved.
        case reserved
        /// There was too little stock, or the payment provider refuses the payment for good; the reason is which.
        case rejected
        /// The provider's intent was stored and is about to be confirmed.
        case paymentStarted = "payment_started"
        /// The customer has to approve the payment.
        case actionRequired = "action_required"
        /// The provider has not decided yet.
        case paymentProcessing = "payment_processing"
        /// The payment was declined.
        case paymentFailed = "payment_failed"
        /// The money that is held is to be taken.
        case captureRequested = "capture_requested"
        /// The authorization is about to expire, and no operator has asked to capture it.
        case captureDue = "capture_due"
        /// Money that was held has moved.
        case paymentCaptured = "payment_captured"
        /// A part of the money has moved; the rest never will. The reason is how much of how much.
        case paymentPartiallyCaptured = "payment_partially_captured"
        /// The payment was canceled.
        case paymentCanceled = "payment_canceled"
        /// Paid or authorized; stock is consumed.
        case confirmed
        /// The customer or an operator cancels the order; its payment is canceled or refunded first.
        case cancelRequested = "cancel_requested"
        /// The money that was held was voided, and the goods returned to stock.
        case voided
        /// The time to pay ran out.
        case expired
        case canceled
        /// Money moved although the order was no longer open. An operator or a refund has to answer it.
        case paidTooLate = "paid_too_late"
        /// Money is to be refunded.
        case refundRequested = "refund_requested"
        /// A refund was made at the provider, and not here.
        case refundFoundElsewhere = "refund_found_elsewhere"
        /// Goods are back on the shelf; the reason is how many pieces of what.
        case restocked
        /// Money was refunded.
        case refundSucceeded = "refund_succeeded"
        /// Money that was to be refunded, or had been, is the shop's. An operator has to answer it.
        case refundFailed = "refund_failed"
        /// The customer's bank asks the money back. The shop has to answer it.
        case disputeOpened = "dispute_opened"
        /// The bank looks at it, or the money of it moved; the reason is which.
        case disputeUpdated = "dispute_updated"
        /// The bank has decided; the reason is how.
        case disputeClosed = "dispute_closed"
        /// Goods are on their way; the reason is how many pieces of what.
        case shipped
        /// Goods arrived; the reason is how many pieces of what.
        case delivered
        /// Staff changed the address that it is shipped to.
        case addressChanged = "address_changed"
        /// An email was handed over.
        case emailSent = "email_sent"
        /// An email that was handed over did not reach its reader, or was not wanted.
        case emailBounced = "email_bounced"
    }

    /// Rises with every event of the shop.
    package let sequence: Int
    package let kind: Kind
    /// The order's status afterwards.
    package let status: OrderStatus
    /// Why, in a code such as `out_of_stock` or `insufficient_funds`.
    package let reason: String?
    package let at: Date

    /// Puts an event together from stored parts.
    package init(sequence: Int, kind: Kind, status: OrderStatus, reason: String?, at: Date) {
        self.sequence = sequence
        self.kind = kind
        self.status = status
        self.reason = reason
        self.at = at
    }
}
