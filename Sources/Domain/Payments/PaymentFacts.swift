/// What our books say of a payment, for comparing it with the provider's.
public struct PaymentFacts: Hashable, Sendable {
    /// The order.
    public let orderID: Order.ID
    /// Where it stands.
    public let order: OrderStatus
    /// Its payment.
    public let paymentID: Payment.ID
    /// Where that stands.
    public let payment: PaymentStatus
    /// What is charged.
    public let amount: Money
    /// What was taken.
    public let captured: Money
    /// The stored intent, if any.
    public let intentID: PaymentIntent.ID?

    /// Gathers what is known.
    public init(
        orderID: Order.ID, order: OrderStatus, paymentID: Payment.ID, payment: PaymentStatus, amount: Money, intentID: PaymentIntent.ID?,
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
