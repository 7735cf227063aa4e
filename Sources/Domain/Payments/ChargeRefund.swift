/// How much of a charge has gone back.
package struct ChargeRefund: Sendable, Hashable {
    /// The intent behind the charge, unless it was made without one.
    package let intentID: PaymentIntent.ID?
    /// The order it was made for, when it carries one of ours.
    package let orderID: Order.ID?
    /// The shop whose it is, when it says so.
    package let shop: String?
    /// What has gone back in all.
    package let refunded: Money

    /// Puts it together from a provider's words.
    package init(intentID: PaymentIntent.ID?, orderID: Order.ID?, shop: String? = nil, refunded: Money) {
        self.intentID = intentID
        self.orderID = orderID
        self.shop = shop
        self.refunded = refunded
    }
}
