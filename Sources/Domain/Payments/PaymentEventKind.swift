/// What the payment provider tells of its own accord and the shop acts on, under the provider's names (Stripe API
/// reference, "Types of events"). Whatever else it tells is taken and forgotten.
package enum PaymentEventKind: String, Sendable, Hashable, Codable, CaseIterable {
    case intentRequiresAction = "payment_intent.requires_action"
    case intentProcessing = "payment_intent.processing"
    case intentFailed = "payment_intent.payment_failed"
    case intentCapturable = "payment_intent.amount_capturable_updated"
    case intentSucceeded = "payment_intent.succeeded"
    case intentCanceled = "payment_intent.canceled"
    case chargeRefunded = "charge.refunded"
    case refundCreated = "refund.created"
    case refundUpdated = "refund.updated"
    case refundFailed = "refund.failed"
    /// What versions before 2024-10-28 send for refunds of charges, in place of the three above.
    case chargeRefundUpdated = "charge.refund.updated"
    case disputeCreated = "charge.dispute.created"
    case disputeUpdated = "charge.dispute.updated"
    case disputeFundsWithdrawn = "charge.dispute.funds_withdrawn"
    case disputeFundsReinstated = "charge.dispute.funds_reinstated"
    case disputeClosed = "charge.dispute.closed"
}

extension PaymentEventKind {
    /// The version of the provider's API that the shop asks for and its events are read as. Events of others are read
    /// as well as they can be.
    package static let apiVersion = "2024-10-28.acacia"
}
