import Domain

/// Thrown for news about an order or a refund that names one of ours and is not there.
struct UnmatchedEvent: Error {
    /// What becomes of the news if it never turns up.
    let outcome: PaymentEventOutcome
}
