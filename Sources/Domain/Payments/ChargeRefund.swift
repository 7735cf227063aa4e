/// How much of a charge has gone back.
public struct ChargeRefund: Sendable, Hashable {
    /// The intent behind the charge, unless it was made without one.
    public let intentID: PaymentIntent.ID?
    /// The order it was made for, when it carries one of ours.
    public let orderID: Order.ID?
    /// What has gone back in all.
    public let refunded: Money

    /// Puts it together from a provider's words.
    public init(intentID: PaymentIntent.ID?, orderID: Order.ID?, refunded: Money) {
        self.intentID = intentID
        self.orderID = orderID
        self.refunded = refunded
    }
}
