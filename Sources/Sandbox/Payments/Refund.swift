/// Money given back out of one succeeded intent.
struct Refund: Sendable, Codable, Equatable, Identifiable {
    enum Status: String, Sendable, Codable {
        case pending, succeeded, failed
    }

    let id: String
    let intent: String
    let charge: String?
    /// Minor units of the intent's currency.
    let amount: Int64
    let currency: String
    let reason: String?
    /// Seconds since 1970.
    let created: Int64
    let metadata: [String: String]
    var status: Status

    /// What a card's refund becomes in time: `pm_card_pendingRefund` arrives, `pm_card_refundFail` bounces.
    static func later(_ status: Status, paymentMethod: String?) -> Status {
        switch (paymentMethod, status) {
        case ("pm_card_pendingRefund", .pending): .succeeded
        case ("pm_card_refundFail", .succeeded): .failed
        default: status
        }
    }

    /// The refund as the provider writes it.
    var wire: JSONValue {
        .object([
            ("id", .string(id)), ("object", "refund"), ("amount", .integer(amount)), ("charge", .optional(charge)),
            ("created", .integer(created)),
            ("currency", .string(currency)), ("metadata", .strings(metadata)), ("payment_intent", .string(intent)),
            ("reason", .optional(reason)),
            ("status", .string(status.rawValue)),
        ])
    }
}
