/// What our books say of a payment, for comparing it with the provider's.
package struct PaymentSnapshot: Hashable, Sendable {
    /// The order.
    package let orderID: Order.ID
    /// Where it stands.
    package let order: OrderStatus
    /// Its payment.
    package let paymentID: Payment.ID
    /// Where that stands.
    package let payment: PaymentStatus
    /// What is charged.
    package let amount: Money
    /// What was taken.
    package let captured: Money
    /// The stored intent, if any.
    package let intentID: PaymentIntent.ID?

    /// Gathers what is known.
    package init(
        orderID: Order.ID, order: OrderStatus, paymentID: Payment.ID, payment: PaymentStatus, amount: Money,
        intentID: PaymentIntent.ID?,
        captured: Money? = nil
    ) {
        self.orderID = orderID
        self.order = order
        self.paymentID = paymentID
        self.payment = payment
        self.amount = amount
        self.intentID = intentID
        self.captured = captured ?? (payment.rank >= PaymentStatus.captured.rank ? amount : .zero(amount.currency))
    }

    /// Whether money may still be taken for its order: one that costs nothing never takes any.
    var takesMoney: Bool { order.isOpen && payment != .notRequired }

    /// Whether money was taken or is held, as far as we know.
    var isPaid: Bool { payment.rank >= PaymentStatus.authorized.rank }
}
