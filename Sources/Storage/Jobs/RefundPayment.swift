package import Domain
package import JobQueue

/// Gives money back at the provider.
package struct RefundPayment: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "payment.refund"
    /// Where they wait.
    package static let queue = ShopQueue.payments.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The refund to be made.
    package let refundID: Refund.ID

    /// A job for a refund.
    package init(refundID: Refund.ID) {
        self.refundID = refundID
    }
}
