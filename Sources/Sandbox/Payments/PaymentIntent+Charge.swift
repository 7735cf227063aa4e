extension PaymentIntent {
    /// The charge behind the intent as the provider writes it in events (https://docs.stripe.com/api/charges/object).
    /// - Parameter refunded: given back so far, in minor units.
    func chargeWire(refunded: Int64) -> JSONValue {
        .object([
            ("id", .optional(latestCharge)), ("object", "charge"), ("amount", .integer(amount)),
            ("amount_captured", .integer(amountReceived)), ("amount_refunded", .integer(refunded)),
            ("captured", .bool(status == .succeeded)), ("created", .integer(created)), ("currency", .string(currency)),
            ("livemode", .bool(false)), ("metadata", .strings(metadata)), ("paid", .bool(true)), ("payment_intent", .string(id)),
            ("payment_method", .optional(paymentMethod)), ("refunded", .bool(amountReceived > 0 && refunded >= amountReceived)),
            ("status", "succeeded"),
        ])
    }
}
