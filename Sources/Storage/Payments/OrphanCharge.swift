package import Domain

/// Money that moved on an intent of ours that pays for no order, and goes back.
package struct OrphanCharge: Hashable, Sendable {
    /// The intent.
    package let intentID: PaymentIntent.ID
    /// The order it names; there need not be such an order.
    package let orderID: Order.ID
    /// The payment it names, likewise.
    package let paymentID: Payment.ID
    /// How much goes back.
    package let amount: Money
    /// Why.
    package let reason: RefundReason

    /// Describes a charge.
    package init(
        intentID: PaymentIntent.ID, orderID: Order.ID, paymentID: Payment.ID, amount: Money, reason: RefundReason
    ) {
        self.intentID = intentID
        self.orderID = orderID
        self.paymentID = paymentID
        self.amount = amount
        self.reason = reason
    }
}
