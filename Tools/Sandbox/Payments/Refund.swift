import FoundationEssentials
import JSON

/// A refund of one succeeded intent (https://docs.stripe.com/api/refunds/object).
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

extension PaymentState {
    /// `POST /v1/refunds`: never more in all than was received.
    func refund(_ parameters: FormParameters, at now: Date) throws(StripeError) -> BookOutcome {
        let intent = try refundedIntent(parameters)
        guard intent.status == .succeeded, intent.amountReceived > 0 else {
            throw .invalidRequest(
                code: nil, message: "This PaymentIntent (\(intent.id)) does not have a successful charge to refund.",
                param: "payment_intent")
        }
        if let dispute = disputeOf[intent.id].flatMap({ disputes[$0] }), dispute.status != .won {
            throw stored(
                .invalidRequest(
                    code: "charge_disputed", message: "Charge \(intent.latestCharge ?? "") has been charged back."))
        }
        let left = intent.amountReceived - refunded[intent.id, default: 0]
        guard left > 0 else {
            throw stored(
                .invalidRequest(
                    code: "charge_already_refunded",
                    message: "Charge \(intent.latestCharge ?? "") has already been refunded."))
        }
        let amount = try parameters.positive("amount") ?? left
        try ChargeLimits.checkStep(amount, intent.currency, param: "amount")
        guard amount <= left else {
            throw stored(
                .invalidRequest(
                    code: nil,
                    message: "Refund amount (\(amount)) is greater than unrefunded amount on charge (\(left)).",
                    param: "amount")
            )
        }
        let refund = Refund(
            id: ProviderID.refund(), intent: intent.id, charge: intent.latestCharge, amount: amount,
            currency: intent.currency,
            reason: try parameters.word("reason", of: ["duplicate", "fraudulent", "requested_by_customer"]),
            created: now.unixSeconds,
            metadata: try parameters.metadata(),
            status: intent.paymentMethod == "pm_card_pendingRefund" ? .pending : .succeeded)
        let change = BookChange(refund: refund, ledger: [entry(intent, amount, .refund, now)])
        return BookOutcome(change: change, answer: .success(refund.wire))
    }

    /// `POST /v1/refunds/{id}`
    func update(_ refund: Refund, _ parameters: FormParameters) throws(StripeError) -> BookOutcome {
        var refund = refund
        refund.metadata = try parameters.metadata(over: refund.metadata)
        return BookOutcome(change: BookChange(refund: refund), answer: .success(refund.wire))
    }

    /// `POST /v1/refunds/{id}/cancel`: only for those that wait for the customer, which refunds to cards never do.
    func cancel(_ refund: Refund) throws(StripeError) -> BookOutcome {
        throw .invalidRequest(
            code: nil,
            message:
                "You cannot cancel this refund because it has a status of \(refund.status.rawValue). Only a "
                + "refund with status requires_action may be canceled."
        )
    }

    /// `GET /v1/refunds/{id}`
    func refund(_ id: String?) throws(StripeError) -> Refund {
        guard let id, let refund = refunds[id] else { throw .missing("refund", id ?? "", param: "id") }
        return refund
    }

    private func refundedIntent(_ parameters: FormParameters) throws(StripeError) -> PaymentIntent {
        for name in ["origin", "customer", "instructions_email"] where parameters.values[name] != nil {
            throw .invalidRequest(code: nil, message: "`\(name)` is for refunds that are not to a card.", param: name)
        }
        if let id = try parameters.text("payment_intent") {
            if let charge = try parameters.text("charge"), charges[charge]?.intent != id {
                throw .invalidRequest(
                    code: nil, message: "You may only specify one of these parameters: charge, payment_intent.",
                    param: "charge")
            }
            guard let intent = intents[id] else { throw .missing("payment_intent", id, param: "payment_intent") }
            return intent
        }
        guard let charge = try parameters.text("charge") else {
            throw .invalidRequest(
                code: "parameter_missing",
                message: "One of the following params should be provided: payment_intent or charge.")
        }
        guard let id = charges[charge]?.intent, let intent = intents[id] else {
            throw .missing("charge", charge, param: "charge")
        }
        return intent
    }

    private func stored(_ error: StripeError) -> StripeError {
        var error = error
        error.isStored = true
        return error
    }
}
