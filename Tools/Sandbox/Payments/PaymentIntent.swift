import JSON

/// A payment on its way from "asked for" to "paid", as the provider keeps it.
///
/// A value: its steps (`PaymentIntent+Steps.swift`) decide, ``PaymentState`` stores.
struct PaymentIntent: Sendable, Codable, Equatable, Identifiable {
    enum CaptureMethod: String, Sendable, Codable {
        /// Money moves with the confirmation.
        case automatic
        /// Like `automatic`; the provider's newer default.
        case automaticAsync = "automatic_async"
        /// The confirmation only authorizes; `capture` moves the money.
        case manual
    }

    let id: String
    /// Minor units of the currency.
    var amount: Int64
    /// ISO 4217, lower case.
    var currency: String
    var captureMethod: CaptureMethod
    let clientSecret: String
    /// Seconds since 1970.
    let created: Int64
    var metadata: [String: String]
    let paymentMethodTypes: [String]
    var description: String?
    var receiptEmail: String?

    var status: IntentStatus
    var paymentMethod: String?
    /// Authorized and waiting for `capture`, minor units.
    var amountCapturable: Int64 = 0
    /// Moved to the shop, minor units.
    var amountReceived: Int64 = 0
    var latestCharge: String?
    var lastDecline: Decline?
    /// The payment method the last decline was about.
    var declinedMethod: String?
    /// The page where the customer authenticates, while `requires_action`.
    var authenticationURL: String?
    var returnURL: String?
    /// Where the goods go, as the provider writes it; a JSON document.
    var shipping: String?
    var statementDescriptorSuffix: String?
    var setupFutureUsage: String?
    /// Whether methods that send the customer elsewhere may be used, `always` or `never`, when the account's settings
    /// choose the methods; nil when the caller named them.
    var redirects: String?
    var canceledAt: Int64?
    var cancellationReason: String?

    /// The order this payment is for, as the shop named it in the metadata.
    var orderID: String? { metadata["order_id"] }

    /// Where the goods go.
    var shippingWire: JSONValue { shipping.map(JSONValue.document) ?? .null }
}

/// The seven states of a payment intent (https://docs.stripe.com/payments/paymentintents/lifecycle).
enum IntentStatus: String, Sendable, Codable, CaseIterable {
    case requiresPaymentMethod = "requires_payment_method"
    case requiresConfirmation = "requires_confirmation"
    case requiresAction = "requires_action"
    case processing
    case requiresCapture = "requires_capture"
    case succeeded
    case canceled

    /// Whether money may still be asked for.
    var isConfirmable: Bool {
        switch self {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: true
        case .processing, .requiresCapture, .succeeded, .canceled: false
        }
    }

    /// Whether it may be canceled: anything short of money moving.
    var isCancelable: Bool { isConfirmable || self == .requiresCapture }
}

extension PaymentIntent {
    /// The intent as the provider writes it.
    var wire: JSONValue {
        .object([
            ("id", .string(id)), ("object", "payment_intent"), ("amount", .integer(amount)),
            ("amount_capturable", .integer(amountCapturable)), ("amount_details", .object([("tip", .object([]))])),
            ("amount_received", .integer(amountReceived)), ("application", .null), ("application_fee_amount", .null),
            ("automatic_payment_methods", automaticMethods),
            ("canceled_at", canceledAt.map(JSONValue.integer) ?? .null),
            ("cancellation_reason", .optional(cancellationReason)),
            ("capture_method", .string(captureMethod.rawValue)), ("client_secret", .string(clientSecret)),
            ("confirmation_method", "automatic"),
            ("created", .integer(created)), ("currency", .string(currency)), ("customer", .null),
            ("description", .optional(description)),
            ("last_payment_error", lastPaymentError), ("latest_charge", .optional(latestCharge)),
            ("livemode", .bool(false)),
            ("metadata", .strings(metadata)), ("next_action", nextAction), ("on_behalf_of", .null),
            ("payment_method", .optional(paymentMethod)),
            ("payment_method_types", .array(paymentMethodTypes.map(JSONValue.string))), ("processing", .null),
            ("receipt_email", .optional(receiptEmail)), ("review", .null),
            ("setup_future_usage", .optional(setupFutureUsage)),
            ("shipping", shippingWire), ("source", .null), ("statement_descriptor", .null),
            ("statement_descriptor_suffix", .optional(statementDescriptorSuffix)), ("status", .string(status.rawValue)),
            ("transfer_data", .null), ("transfer_group", .null),
        ])
    }

    private var lastPaymentError: JSONValue {
        guard let decline = lastDecline else { return .null }
        var fields: [(String, JSONValue)] = [
            ("type", decline == .authenticationFailed ? "invalid_request_error" : "card_error"),
            ("code", .string(decline.code)),
        ]
        if let declineCode = decline.declineCode { fields.append(("decline_code", .string(declineCode))) }
        fields.append(("message", .string(decline.message)))
        if let declinedMethod, let method = TestMethod.of(declinedMethod) {
            fields.append(("payment_method", method.wire))
        }
        if decline != .authenticationFailed, let latestCharge { fields.append(("charge", .string(latestCharge))) }
        return .object(fields)
    }

    private var automaticMethods: JSONValue {
        redirects.map { .object([("allow_redirects", .string($0)), ("enabled", .bool(true))]) } ?? .null
    }

    private var nextAction: JSONValue {
        guard let authenticationURL else { return .null }
        // Without a place to come back to, the provider's own script shows the bank's page in the shop's.
        guard returnURL != nil else {
            let script = JSONValue.object([
                ("type", "three_d_secure_redirect"), ("stripe_js", .string(authenticationURL)),
            ])
            return .object([("type", "use_stripe_sdk"), ("use_stripe_sdk", script)])
        }
        return .object([
            ("type", "redirect_to_url"),
            ("redirect_to_url", .object([("url", .string(authenticationURL)), ("return_url", .optional(returnURL))])),
        ])
    }
}
