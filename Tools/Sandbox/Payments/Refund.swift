import JSON

/// Money given back out of one succeeded intent (https://docs.stripe.com/api/refunds/object).
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
    var metadata: [String: String]
    var status: Status
    /// Why it came back, once it has.
    var failureReason: String?

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
        let card = JSONValue.object([
            ("reference_status", "pending"), ("reference_type", "acquirer_reference_number"), ("type", "refund"),
        ])
        var fields: [(String, JSONValue)] = [
            ("id", .string(id)), ("object", "refund"), ("amount", .integer(amount)),
            ("balance_transaction", .string(ProviderID.transaction(of: id))), ("charge", .optional(charge)),
            ("created", .integer(created)), ("currency", .string(currency)),
            ("destination_details", .object([("card", card), ("type", "card")])),
        ]
        if status == .failed {
            fields.append(("failure_balance_transaction", .string(ProviderID.transaction(of: id) + "F")))
            fields.append(("failure_reason", .optional(failureReason)))
        }
        fields += [("metadata", .strings(metadata)), ("payment_intent", .string(intent))]
        if status == .pending { fields.append(("pending_reason", "processing")) }
        return .object(
            fields + [
                ("reason", .optional(reason)), ("receipt_number", .null), ("source_transfer_reversal", .null),
                ("status", .string(status.rawValue)), ("transfer_reversal", .null),
            ])
    }
}
