import JSON

/// What a call comes to: possibly a change, and an answer. A declined card has both, a change and an error.
struct BookOutcome: Sendable {
    var change: BookChange?
    var answer: Result<JSONValue, StripeError>

    static func refused(_ error: StripeError) -> BookOutcome { BookOutcome(answer: .failure(error)) }

    /// Whether the answer is kept under the call's idempotency key: once it began to run, not while it was only being
    /// checked.
    var isStored: Bool {
        switch answer {
        case .success: true
        case .failure(let error): error.isStored
        }
    }
}
