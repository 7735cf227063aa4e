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

    /// Why an order or its payment ends whose intent the provider does not know any more.
    static let unknownAtProvider = "unknown_at_provider"

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
    /// Whether the provider does not know the intent any more, so that nothing was or can be charged by it.
    package let isUnknownAtProvider: Bool

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
        isUnknownAtProvider = false
    }

    /// The provider answers, for an intent that is stored with an order's payment, that there is none. That is as good
    /// as a canceled one.
    package init(orderID: Order.ID, unknownIntent id: PaymentIntent.ID, amount: Money, source: Source) {
        self.orderID = orderID
        intent = PaymentIntent(id: id, status: .canceled, amount: amount)
        self.source = source
        completion = nil
        refusal = nil
        isUnknownAtProvider = true
    }
}
