package import Domain
package import JobQueue

/// Sends one mail about an order.
package struct SendEmail: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "email.send"
    /// Where they wait.
    package static let queue = ShopQueue.email.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The delivery to be made.
    package let deliveryID: EmailDelivery.ID

    /// A job for a delivery.
    package init(deliveryID: EmailDelivery.ID) {
        self.deliveryID = deliveryID
    }
}
