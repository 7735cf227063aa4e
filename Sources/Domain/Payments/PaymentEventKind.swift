/// What the payment provider tells of its own accord and the shop acts on, under the provider's names (Stripe API reference, "Types of
/// events"). Whatever else it tells is taken and forgotten.
public enum PaymentEventKind: String, Sendable, Hashable, Codable, CaseIterable {
    case intentRequiresAction = "payment_intent.requires_action"
    case intentProcessing = "payment_intent.processing"
    case intentFailed = "payment_intent.payment_failed"
    case intentCapturable = "payment_intent.amount_capturable_updated"
    case intentSucceeded = "payment_intent.succeeded"
    case intentCanceled = "payment_intent.canceled"
    case chargeRefunded = "charge.refunded"
    case refundUpdated = "refund.updated"
    case refundFailed = "refund.failed"
    case disputeCreated = "charge.dispute.created"
    case disputeClosed = "charge.dispute.closed"
}
