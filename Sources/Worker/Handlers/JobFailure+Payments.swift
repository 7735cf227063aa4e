import Domain
import JobQueue

extension JobFailure {
    /// A payment whose id cannot stand in a provider's idempotency key: a bug.
    static func badKey(_ paymentID: Payment.ID) -> JobFailure {
        .permanent(code: "bad_key", "no idempotency key can be made for payment \(paymentID)")
    }
}
