package import Domain
package import JobQueue

/// Cancels an order whose payment has to be canceled, or refunded, first.
package struct CancelOrder: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "order.cancel"
    /// Where they wait.
    package static let queue = ShopQueue.payments.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 15, from: .seconds(1), to: .minutes(15))

    /// The order.
    package let orderID: Order.ID

    /// A job for an order.
    package init(orderID: Order.ID) {
        self.orderID = orderID
    }
}

extension CancelOrder {
    /// A ledger row for the one job that an order needs.
    static func insertion(for orderID: Order.ID) throws -> PendingJob {
        try JobLedger.insertion(
            of: CancelOrder(orderID: orderID), unique: UniqueKey("cancel:\(orderID)", until: .finished))
    }
}
