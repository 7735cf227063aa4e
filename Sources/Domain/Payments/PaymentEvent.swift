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
