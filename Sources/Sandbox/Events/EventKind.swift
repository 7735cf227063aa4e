/// What an event is about, by the provider's names (https://docs.stripe.com/api/events/types).
enum EventKind: String, Sendable, Codable, CaseIterable {
    case intentCreated = "payment_intent.created"
    case intentRequiresAction = "payment_intent.requires_action"
    case intentCapturable = "payment_intent.amount_capturable_updated"
    case intentProcessing = "payment_intent.processing"
    case intentSucceeded = "payment_intent.succeeded"
    case intentFailed = "payment_intent.payment_failed"
    case intentCanceled = "payment_intent.canceled"
    case chargeSucceeded = "charge.succeeded"
    case chargeCaptured = "charge.captured"
    case chargeRefunded = "charge.refunded"
    case refundCreated = "refund.created"
    case refundUpdated = "refund.updated"
    case refundFailed = "refund.failed"
}
