package import Domain
package import JobQueue

/// Captures the money that is authorized for an order.
package struct CapturePayment: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "payment.capture"
    /// Where they wait.
    package static let queue = ShopQueue.payments.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The order.
    package let orderID: Order.ID

    /// A job for an order.
    package init(orderID: Order.ID) {
        self.orderID = orderID
    }
}
