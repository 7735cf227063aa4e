public import Domain
public import JobQueue

/// Takes note of what the mail provider has told of one mail.
public struct HandleMailEvents: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "email.event"
    /// Where they wait: with what other providers tell, out of the way of mails that wait for their provider.
    public static let queue = HandlePaymentEvent.queue
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(1), to: .minutes(15))

    /// The mail.
    public let deliveryID: MailDelivery.ID

    /// A job for a delivery.
    public init(deliveryID: MailDelivery.ID) {
        self.deliveryID = deliveryID
    }
}
