package import Domain
package import JobQueue

/// An event that has been acted on.
package struct HandledEvent: Sendable {
    /// The provider's id of it.
    package let id: String
    /// What it changed.
    package let outcome: PaymentEventOutcome
    /// Completes the job that acted on it, in the same transaction.
    package let completion: JobCompletion?

    /// Describes what became of an event.
    package init(id: String, outcome: PaymentEventOutcome, completion: JobCompletion? = nil) {
        self.id = id
        self.outcome = outcome
        self.completion = completion
    }
}
