public import Domain
public import FoundationEssentials

/// What a checkout job needs to know about its order.
public struct CheckoutFacts: Hashable, Sendable {
    /// The order.
    public let orderID: Order.ID
    /// Its number.
    public let orderNumber: Int64
    /// Where it stands.
    public let status: OrderStatus
    /// Its payment; the provider's idempotency keys are made from it.
    public let paymentID: Payment.ID
    /// Where the payment stands.
    public let paymentStatus: PaymentStatus
    /// What is charged.
    public let amount: Money
    /// The provider's intent, once stored.
    public let intentID: PaymentIntent.ID?
    /// Number of the present attempt, from 1.
    public let attempt: Int
    /// Number of the present try to make the intent, from 1. Each has a key of its own.
    public let creation: Int
    /// The payment method of the present attempt.
    public let method: String
    /// Until when stock is set aside.
    public let reservedUntil: Date?
    /// When the order was accepted.
    public let placedAt: Date
    /// How much of what is held an operator wants taken; all of it when `nil`.
    public let captureAmount: Money?
}

extension CheckoutFacts {
    /// The same order once its stock is set aside.
    func reserved(until time: Date) -> CheckoutFacts {
        CheckoutFacts(
            orderID: orderID, orderNumber: orderNumber, status: .reserved, paymentID: paymentID, paymentStatus: paymentStatus,
            amount: amount, intentID: intentID, attempt: attempt, creation: creation, method: method, reservedUntil: time,
            placedAt: placedAt, captureAmount: captureAmount)
    }
}
