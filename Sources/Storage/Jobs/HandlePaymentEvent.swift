package import JobQueue

/// Acts on an event of the payment provider.
package struct HandlePaymentEvent: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "payment_event.process"
    /// Where they wait.
    package static let queue = ShopQueue.webhooks.name
    /// How often they are tried: for some forty minutes, in which an order that is not there yet may turn up.
    package static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(10))

    /// The provider's id of the event.
    package let eventID: String

    /// A job for an event.
    package init(eventID: String) {
        self.eventID = eventID
    }
}

extension HandlePaymentEvent {
    /// Keeps it to one job more while an event waits that is sent again or replayed.
    static func again(_ job: HandlePaymentEvent) throws -> UniqueKey {
        try UniqueKey("event:\(job.eventID)", until: .finished)
    }
}
