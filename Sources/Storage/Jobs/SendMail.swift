public import Domain
public import JobQueue

/// Sends one mail about an order.
public struct SendMail: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "email.send"
    /// Where they wait.
    public static let queue: QueueName = "email"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The delivery to be made.
    public let deliveryID: MailDelivery.ID

    /// A job for a delivery.
    public init(deliveryID: MailDelivery.ID) {
        self.deliveryID = deliveryID
    }
}
