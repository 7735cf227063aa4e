/// A charge that the customer's bank asks back (https://docs.stripe.com/api/disputes/object).
struct Dispute: Sendable, Codable, Equatable, Identifiable {
    enum Status: String, Sendable, Codable, CaseIterable {
        case needsResponse = "needs_response"
        /// The shop keeps the money.
        case won
        /// The customer keeps it.
        case lost
    }

    let id: String
    let intent: String
    let charge: String?
    /// Minor units of the charge's currency.
    let amount: Int64
    let currency: String
    let reason: String
    /// Seconds since 1970.
    let created: Int64
    var status: Status

    /// The dispute as the provider writes it.
    var wire: JSONValue {
        .object([
            ("id", .string(id)), ("object", "dispute"), ("amount", .integer(amount)), ("charge", .optional(charge)),
            ("created", .integer(created)), ("currency", .string(currency)), ("is_charge_refundable", .bool(false)),
            ("livemode", .bool(false)), ("metadata", .object([])), ("payment_intent", .string(intent)), ("reason", .string(reason)),
            ("status", .string(status.rawValue)),
        ])
    }
}
