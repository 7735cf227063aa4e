package import Domain
package import JobQueue

/// Sends one email about an order.
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

/// Applies the email provider's events about one email.
package struct HandleEmailEvents: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "email_event.process"
    /// Where they wait: with what other providers tell, out of the way of emails that wait for their provider.
    package static let queue = HandlePaymentEvent.queue
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(1), to: .minutes(15))

    package let deliveryID: EmailDelivery.ID

    /// A job for a delivery.
    package init(deliveryID: EmailDelivery.ID) {
        self.deliveryID = deliveryID
    }
}
