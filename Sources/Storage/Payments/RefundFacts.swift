public import Domain

/// What the job that gives money back needs to know.
public struct RefundFacts: Hashable, Sendable {
    /// The refund.
    public let refund: Refund
    /// The intent it is taken from.
    public let intentID: PaymentIntent.ID
    /// This shop, as it is written into what it makes at the provider.
    public let shop: String
    /// Number of the present attempt, from 1. The key of the call is made from it.
    public let attempt: Int
}
