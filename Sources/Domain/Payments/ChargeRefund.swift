/// How much of a charge has gone back.
public struct ChargeRefund: Sendable, Hashable {
    /// The intent behind the charge, unless it was made without one.
    public let intentID: PaymentIntent.ID?
    /// The order it was made for, when it carries one of ours.
    public let orderID: Order.ID?
    /// The shop whose it is, when it says so.
    public let shop: String?
    /// What has gone back in all.
    public let refunded: Money

    /// Puts it together from a provider's words.
    public init(intentID: PaymentIntent.ID?, orderID: Order.ID?, shop: String? = nil, refunded: Money) {
        self.intentID = intentID
        self.orderID = orderID
        self.shop = shop
        self.refunded = refunded
    }
}
