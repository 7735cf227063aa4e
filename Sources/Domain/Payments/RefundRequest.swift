/// What a refund is made from.
public struct RefundRequest: Sendable, Hashable {
    /// Our refund. Written into the provider's, so that the two can be joined whatever we have lost.
    public let refundID: Refund.ID
    /// The order it belongs to, written into it as well.
    public let orderID: Order.ID
    /// The intent that is given back.
    public let intentID: PaymentIntent.ID
    /// How much.
    public let amount: Money
    /// Why.
    public let reason: RefundReason
    /// Names this call, so that repeating it gives the same refund.
    public let key: IdempotencyKey

    /// Describes a refund to be made.
    public init(
        refundID: Refund.ID, orderID: Order.ID, intentID: PaymentIntent.ID, amount: Money, reason: RefundReason, key: IdempotencyKey
    ) {
        self.refundID = refundID
        self.orderID = orderID
        self.intentID = intentID
        self.amount = amount
        self.reason = reason
        self.key = key
    }
}
