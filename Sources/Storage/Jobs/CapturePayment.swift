public import Domain
public import JobQueue

/// Takes the money that is set aside for an order.
public struct CapturePayment: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "payments.capture"
    /// Where they wait.
    public static let queue: QueueName = "payments"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The order.
    public let orderID: Order.ID

    /// A job for an order.
    public init(orderID: Order.ID) {
        self.orderID = orderID
    }
}
