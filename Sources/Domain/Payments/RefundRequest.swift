/// What a refund is made from.
package struct RefundRequest: Sendable, Hashable {
    /// Our refund. Written into the provider's, so that the two can be joined whatever we have lost.
    package let refundID: Refund.ID
    /// The order it belongs to, written into it as well.
    package let orderID: Order.ID
    /// This shop, written into it as well: several may share an account.
    package let shop: String?
    /// The intent that is refunded.
    package let intentID: PaymentIntent.ID
    /// How much.
    package let amount: Money
    /// Why.
    package let reason: RefundReason
    /// Names this call, so that repeating it gives the same refund.
    package let key: IdempotencyKey

    /// Describes a refund to be made.
    package init(
        refundID: Refund.ID, orderID: Order.ID, shop: String? = nil, intentID: PaymentIntent.ID, amount: Money,
        reason: RefundReason,
        key: IdempotencyKey
    ) {
        self.refundID = refundID
        self.orderID = orderID
        self.shop = shop
        self.intentID = intentID
        self.amount = amount
        self.reason = reason
        self.key = key
    }
}
