public import Domain
public import JobQueue

/// Gives money back at the provider.
public struct RefundPayment: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "payments.refund"
    /// Where they wait.
    public static let queue: QueueName = "payments"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The refund to be made.
    public let refundID: Refund.ID

    /// A job for a refund.
    public init(refundID: Refund.ID) {
        self.refundID = refundID
    }
}
