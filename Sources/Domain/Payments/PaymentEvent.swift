/// Something that happened at the payment provider, as its event tells it: the object as it stood then. Events come
/// late, twice and in any order, before the answer to the call that caused them as well as after.
package enum PaymentEvent: Sendable, Hashable {
    /// An intent came to a state that settles something. What it says can be taken as it is, whenever it comes.
    case settled(PaymentIntent)
    /// An intent went through a state that it may have left since: only reading it tells where it is.
    case passed(PaymentIntent)
    /// So much of an intent's charge has been refunded in all.
    case chargeRefunded(ChargeRefund)
    /// A refund changed.
    case refund(ProviderRefund)
    /// A customer's bank disputes a charge, looks at the shop's answer, moves the money, or has decided.
    case dispute(Dispute)
}

/// The kinds of events that the shop acts on. Each provider has names of its own for them, which are what is stored;
/// these are the shop's, for metrics and logs.
package enum PaymentEventKind: String, Sendable, Hashable, CaseIterable {
    case intentRequiresAction = "payment.requires_action"
    case intentProcessing = "payment.processing"
    case intentFailed = "payment.failed"
    case intentCapturable = "payment.authorized"
    case intentSucceeded = "payment.captured"
    case intentCanceled = "payment.canceled"
    case chargeRefunded = "payment.refunded"
    case refundCreated = "refund.created"
    case refundUpdated = "refund.updated"
    case refundFailed = "refund.failed"
    case disputeCreated = "dispute.opened"
    case disputeUpdated = "dispute.updated"
    case disputeFundsWithdrawn = "dispute.funds_withdrawn"
    case disputeFundsReinstated = "dispute.funds_reinstated"
    case disputeClosed = "dispute.closed"
}

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
    /// It names a refund of ours that is not there: lost here.
    case unknownRefund = "unknown_refund"
    /// It does not fit what is stored: another amount, or a second intent that moved money.
    case mismatch

    /// Whether an operator, or the reconciliation, has to look: what it says is true and could not be joined to what is
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
