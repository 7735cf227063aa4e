package import Domain
package import JobQueue

/// Takes an accepted order through reservation and payment.
package struct CheckoutOrder: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "order.checkout"
    /// Where they wait.
    package static let queue = ShopQueue.checkout.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 15, from: .seconds(1), to: .minutes(5))
    /// Five calls to the provider, each as long as it may take, and the waits for their turn.
    package static let timeLimit: Duration = .seconds(120)

    package let orderID: Order.ID

    /// A job for an order.
    package init(orderID: Order.ID) {
        self.orderID = orderID
    }
}

/// Cancels an order whose payment has to be canceled, or refunded, first.
package struct CancelOrder: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "order.cancel"
    /// Where they wait.
    package static let queue = ShopQueue.payments.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 15, from: .seconds(1), to: .minutes(15))

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
