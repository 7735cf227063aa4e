package import Domain

/// What became of storing a provider's intent with its payment.
package enum RecordIntentOutcome: Hashable, Sendable {
    /// It is stored, now or by an earlier run: confirm it, as this attempt with this method.
    case recorded(attempt: Int, method: String)
    /// The payment has another intent already. Use that one and cancel the new one, which never moved money.
    case superseded(by: PaymentIntent.ID)
    /// The order does not take payments any more. Cancel the intent.
    case notPayable(OrderStatus)
    /// There is no such order.
    case unknownOrder
}
