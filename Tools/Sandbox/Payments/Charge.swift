import JSON

/// One attempt to move the money of an intent: authorized, captured, or refused
/// (https://docs.stripe.com/api/charges/object).
struct Charge: Sendable, Codable, Equatable, Identifiable {
    let id: String
    let intent: String
    /// Minor units of the currency, as authorized.
    let amount: Int64
    let currency: String
    /// Seconds since 1970.
    let created: Int64
    let paymentMethod: String?
    /// Whether the customer authenticated for it.
    let isAuthenticated: Bool
    /// Why it was refused; nil when it was not.
    let failure: Decline?
    /// Moved to the shop, minor units.
    var amountCaptured: Int64 = 0
    var isCaptured = false
    /// Authorized and released to the customer's limit without having moved, minor units: what a capture of less left
    /// over, or all of it once the payment was canceled.
    var released: Int64 = 0

    /// The charge that a step of an intent made.
    init(of intent: PaymentIntent, id: String, failure: Decline? = nil, at now: Int64) {
        self.id = id
        self.intent = intent.id
        amount = intent.amount
        currency = intent.currency
        created = now
        paymentMethod = intent.paymentMethod ?? intent.declinedMethod
        isAuthenticated = paymentMethod.flatMap(CardOutcome.of)?.asksForAuthentication ?? false
        self.failure = failure
        isCaptured = failure == nil && intent.status == .succeeded
        amountCaptured = failure == nil ? intent.amountReceived : 0
    }

    /// Captures so much and gives the rest back.
    mutating func capture(_ captured: Int64) {
        isCaptured = true
        amountCaptured = captured
        released = amount - captured
    }

    /// The charge as the provider writes it.
    /// - Parameters:
    ///   - refunded: refunded so far, in minor units, of what was captured.
    ///   - intent: what it takes over from the intent.
    func wire(refunded: Int64, isDisputed: Bool, of intent: PaymentIntent) -> JSONValue {
        // What was released counts as refunded, too: a capture of 5.00 out of 20.00 leaves a charge with 15.00
        // refunded.
        let back = refunded + released
        let method = paymentMethod.flatMap(TestMethod.of)
        return .object([
            ("id", .string(id)), ("object", "charge"), ("amount", .integer(amount)),
            ("amount_captured", .integer(amountCaptured)),
            ("amount_refunded", .integer(back)), ("application", .null), ("application_fee", .null),
            ("application_fee_amount", .null),
            ("balance_transaction", isCaptured ? .string(ProviderID.transaction(of: id)) : .null),
            ("billing_details", TestMethod.noBillingDetails),
            ("calculated_statement_descriptor", "CARTWRIGHT SANDBOX"), ("captured", .bool(isCaptured)),
            ("created", .integer(created)),
            ("currency", .string(currency)), ("customer", .null), ("description", .optional(intent.description)),
            ("disputed", .bool(isDisputed)), ("failure_balance_transaction", .null),
            ("failure_code", .optional(failure?.code)),
            ("failure_message", .optional(failure?.message)), ("fraud_details", .object([])),
            ("livemode", .bool(false)),
            ("metadata", .strings(intent.metadata)), ("on_behalf_of", .null), ("outcome", outcome),
            ("paid", .bool(failure == nil)),
            ("payment_intent", .string(self.intent)), ("payment_method", .optional(paymentMethod)),
            ("payment_method_details", method?.details(amount: amount, isAuthenticated: isAuthenticated) ?? .null),
            ("receipt_email", .optional(intent.receiptEmail)), ("receipt_number", .null), ("receipt_url", .null),
            ("refunded", .bool(failure == nil && back >= amount)), ("review", .null), ("shipping", intent.shippingWire),
            ("source_transfer", .null), ("statement_descriptor", .null),
            ("statement_descriptor_suffix", .optional(intent.statementDescriptorSuffix)),
            ("status", .string(failure == nil ? "succeeded" : "failed")), ("transfer_data", .null),
            ("transfer_group", .null),
        ])
    }

    private var outcome: JSONValue {
        .object([
            ("network_status", .string(failure == nil ? "approved_by_network" : "declined_by_network")),
            ("reason", .optional(failure.map { $0.declineCode ?? $0.code })), ("risk_level", "normal"),
            ("risk_score", .integer(12)),
            (
                "seller_message",
                .string(failure == nil ? "Payment complete." : "The bank did not return any further details.")
            ),
            ("type", .string(failure == nil ? "authorized" : "issuer_declined")),
        ])
    }
}

extension PaymentState {
    /// `GET /v1/charges/{id}`
    func charge(_ id: String?) throws(StripeError) -> Charge {
        guard let id, let charge = charges[id] else { throw .missing("charge", id ?? "", param: "id") }
        return charge
    }

    /// `GET /v1/charges`; of one intent where given.
    func listCharges(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        let intent = try parameters.text("payment_intent")
        return try Listing(parameters).page(of: chargeOrder, "charge", at: "/v1/charges") { id in
            guard let charge = charges[id], intent == nil || charge.intent == intent else { return nil }
            return (charge.created, { wire(of: charge) })
        }
    }

    /// `GET /v1/payment_methods/{id}`
    static func method(_ id: String?) throws(StripeError) -> JSONValue {
        guard let id, let method = TestMethod.of(id) else {
            throw .missing("PaymentMethod", id ?? "", param: "payment_method")
        }
        return method.wire
    }

    /// A charge as the provider writes it.
    /// - Parameter more: refunded by a change that is not yet applied, in minor units.
    func wire(of charge: Charge, more: Int64 = 0, intent newer: PaymentIntent? = nil) -> JSONValue {
        guard let intent = newer ?? intents[charge.intent] else { return .null }
        let refunded = charge.failure == nil ? refunded[charge.intent, default: 0] + more : 0
        let isDisputed = charge.failure == nil && disputeOf[charge.intent] != nil
        return charge.wire(refunded: refunded, isDisputed: isDisputed, of: intent)
    }
}
