public import Domain
public import JobQueue

/// Sends the mail that says an order is confirmed.
public struct SendOrderConfirmation: Job, Hashable {
    public static let name = "email.order-confirmation"
    public static let queue: QueueName = "email"
    public static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The delivery to be made.
    public let deliveryID: MailDelivery.ID

    /// A job for a delivery.
    public init(deliveryID: MailDelivery.ID) {
        self.deliveryID = deliveryID
    }
}
