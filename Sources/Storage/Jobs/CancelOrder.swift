public import Domain
public import JobQueue

/// Calls an order off whose payment has to be called off, or given back, first.
public struct CancelOrder: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "orders.cancel"
    /// Where they wait.
    public static let queue: QueueName = "payments"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 15, from: .seconds(1), to: .minutes(15))

    /// The order.
    public let orderID: Order.ID

    /// A job for an order.
    public init(orderID: Order.ID) {
        self.orderID = orderID
    }
}

extension CancelOrder {
    /// A ledger row for the one job that an order needs.
    static func insertion(for orderID: Order.ID) throws -> PendingJob {
        try JobLedger.insertion(of: CancelOrder(orderID: orderID), unique: UniqueKey("cancel:\(orderID)", until: .finished))
    }
}
