public import Domain
public import JobQueue

/// Takes an accepted order through reservation and payment.
public struct CheckoutOrder: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "checkout.order"
    /// Where they wait.
    public static let queue: QueueName = "checkout"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 15, from: .seconds(1), to: .minutes(5))
    /// Five calls to the provider, each as long as it may take, and the waits for their turn.
    public static let timeLimit: Duration = .seconds(120)

    /// The order.
    public let orderID: Order.ID

    /// A job for an order.
    public init(orderID: Order.ID) {
        self.orderID = orderID
    }
}
