package import Domain
package import JobQueue

/// News of a payment, to be settled with its order.
package struct PaymentUpdate: Sendable {
    /// Who brings the news.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        /// The checkout job, with the answer to its own call.
        case worker
        /// The provider called.
        case webhook
        /// Looked up because something was unclear.
        case reconciler
        /// The time to pay ran out and the intent was called off.
        case sweeper
        /// The order is called off, and its intent was.
        case customer
    }

    /// The order.
    package let orderID: Order.ID
    /// The provider's snapshot.
    package let intent: PaymentIntent
    /// Who brings it.
    package let source: Source
    /// Completes the job that brings it, in the same transaction.
    package let completion: JobCompletion?
    /// Why the intent was called off, where the provider refused to carry it out.
    package let refusal: PaymentRefusal?

    /// Describes news.
    package init(
        orderID: Order.ID, intent: PaymentIntent, source: Source, completion: JobCompletion? = nil,
        refusal: PaymentRefusal? = nil
    ) {
        self.orderID = orderID
        self.intent = intent
        self.source = source
        self.completion = completion
        self.refusal = refusal
    }
}
