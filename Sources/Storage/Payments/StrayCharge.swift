public import Domain

/// Money that moved on an intent of ours that pays for no order, and goes back.
public struct StrayCharge: Hashable, Sendable {
    /// The intent.
    public let intentID: PaymentIntent.ID
    /// The order it names; there need not be such an order.
    public let orderID: Order.ID
    /// The payment it names, likewise.
    public let paymentID: Payment.ID
    /// How much goes back.
    public let amount: Money
    /// Why.
    public let reason: RefundReason

    /// Describes a charge.
    public init(intentID: PaymentIntent.ID, orderID: Order.ID, paymentID: Payment.ID, amount: Money, reason: RefundReason) {
        self.intentID = intentID
        self.orderID = orderID
        self.paymentID = paymentID
        self.amount = amount
        self.reason = reason
    }
}
