public import Domain
public import JobQueue

/// An event that has been acted on.
public struct HandledEvent: Sendable {
    /// The provider's id of it.
    public let id: String
    /// What it changed.
    public let outcome: PaymentEventOutcome
    /// Completes the job that acted on it, in the same transaction.
    public let completion: JobCompletion?

    /// Describes what became of an event.
    public init(id: String, outcome: PaymentEventOutcome, completion: JobCompletion? = nil) {
        self.id = id
        self.outcome = outcome
        self.completion = completion
    }
}
