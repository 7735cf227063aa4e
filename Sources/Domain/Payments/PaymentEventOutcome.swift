/// What an event of the payment provider changed here. The raw values are stored and shown; they never change.
package enum PaymentEventOutcome: String, Sendable, Hashable, CaseIterable {
    /// It confirmed its order.
    case confirmed
    /// The payment waits for the customer or for the provider.
    case waiting
    /// The payment was declined.
    case declined
    /// The payment was canceled, and its order with it.
    case released
    /// The money that was held for a confirmed order was voided.
    case voided
    /// Only the payment changed.
    case paymentRecorded = "payment_recorded"
    /// The money of an order that was over is refunded.
    case lateMoney = "late_money"
    /// A refund changed.
    case refundRecorded = "refund_recorded"
    /// A refund that was made at the provider and not by this shop was written down.
    case refundFoundElsewhere = "refund_found_elsewhere"
    /// A dispute was opened, has moved on, or was closed.
    case disputeRecorded = "dispute_recorded"
    /// Known before.
    case alreadyKnown = "already_known"
    /// Something that settles more was known.
    case outranked
    /// It is about something the shop did not make: another shop's or another program's payments, on the same account
    /// (``PaymentOwner``).
    case foreign
    /// It is about an intent that an order of ours does not use and that moved no money.
    case superseded
    /// It names an order of ours that is not there.
    case unknownOrder = "unknown_order"
    /// It tells of a refund of ours that is not there: lost here.
    case unknownRefund = "unknown_refund"
    /// It does not fit what is stored: another amount, or a second intent that moved money.
    case mismatch

    /// Whether somebody, or the reconciliation, has to look: what it tells is true and could not be joined to what is
    /// stored.
    package var isUnmatched: Bool {
        switch self {
        case .unknownOrder, .unknownRefund, .mismatch: true
        case .confirmed, .waiting, .declined, .released, .voided, .paymentRecorded, .lateMoney, .refundRecorded,
            .refundFoundElsewhere,
            .disputeRecorded, .alreadyKnown, .outranked, .foreign, .superseded:
            false
        }
    }
}
