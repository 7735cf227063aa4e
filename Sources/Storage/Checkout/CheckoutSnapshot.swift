package import Domain
package import FoundationEssentials

/// What a checkout job needs to know about its order.
package struct CheckoutSnapshot: Hashable, Sendable {
    /// The order.
    package let orderID: Order.ID
    /// Its number.
    package let orderNumber: Int64
    /// Where it stands.
    package let status: OrderStatus
    /// Its payment; the provider's idempotency keys are made from it.
    package let paymentID: Payment.ID
    /// Where the payment stands.
    package let paymentStatus: PaymentStatus
    /// What is charged.
    package let amount: Money
    /// The provider's intent, once stored.
    package let intentID: PaymentIntent.ID?
    /// Number of the present attempt, from 1.
    package let attempt: Int
    /// Number of the present try to make the intent, from 1. Each has a key of its own.
    package let creation: Int
    /// The payment method of the present attempt.
    package let method: String
    /// Until when stock is set aside.
    package let reservedUntil: Date?
    /// When the order was accepted.
    package let placedAt: Date
    /// How much of what is held an operator wants taken; all of it when `nil`.
    package let captureAmount: Money?
}

extension CheckoutSnapshot {
    /// The same order once its stock is set aside.
    func reserved(until time: Date) -> CheckoutSnapshot {
        CheckoutSnapshot(
            orderID: orderID, orderNumber: orderNumber, status: .reserved, paymentID: paymentID,
            paymentStatus: paymentStatus,
            amount: amount, intentID: intentID, attempt: attempt, creation: creation, method: method,
            reservedUntil: time,
            placedAt: placedAt, captureAmount: captureAmount)
    }
}
