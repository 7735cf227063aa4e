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

    package let orderID: Order.ID

    /// A job for an order.
    package init(orderID: Order.ID) {
        self.orderID = orderID
    }
}

/// Refunds money at the provider.
package struct RefundPayment: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "payment.refund"
    /// Where they wait.
    package static let queue = ShopQueue.payments.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 12, from: .seconds(2), to: .minutes(15))

    /// The refund to be made.
    package let refundID: Refund.ID

    /// A job for a refund.
    package init(refundID: Refund.ID) {
        self.refundID = refundID
    }
}

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

/// Compares the payment provider's books with ours.
package struct ReconcilePayments: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "payments.reconcile"
    /// Where they wait.
    package static let queue = ShopQueue.reconcile.name
    /// How often they are tried. Whatever a run leaves out the next one makes up for.
    package static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(2))
    /// Long lists are read a page at a time.
    package static let timeLimit: Duration = .seconds(600)

    /// What is compared.
    package let scope: ReconciliationScope
    /// Whether differences that could be work under way, or a mistake about the database, are dealt with all the same.
    package let isHurried: Bool

    /// A job for a stretch of time.
    package init(_ scope: ReconciliationScope, isHurried: Bool = false) {
        self.scope = scope
        self.isHurried = isHurried
    }
}
