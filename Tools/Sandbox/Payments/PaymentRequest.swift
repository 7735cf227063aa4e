/// One call on the payments stand-in, read from HTTP but knowing nothing of it.
struct PaymentRequest: Sendable {
    let operation: PaymentOperation
    /// The intent or refund in the path.
    let id: String?
    let parameters: FormParameters
    /// What `Stripe-Version` asks for, else the account's.
    var version = StripeVersion.current

    /// What the call does, for comparing two uses of one idempotency key.
    var canonical: String {
        ([operation.rawValue, id ?? ""] + FormValue.fields(parameters.values).canonical).joined(separator: "\n")
    }
}
