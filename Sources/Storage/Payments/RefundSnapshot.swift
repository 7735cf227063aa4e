package import Domain

/// What the job that gives money back needs to know.
package struct RefundSnapshot: Hashable, Sendable {
    /// The refund.
    package let refund: Refund
    /// The intent it is taken from.
    package let intentID: PaymentIntent.ID
    /// This shop, as it is written into what it makes at the provider.
    package let shop: String
    /// Number of the present attempt, from 1. The key of the call is made from it.
    package let attempt: Int
}
