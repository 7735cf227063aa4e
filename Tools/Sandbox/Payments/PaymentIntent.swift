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
        /// The confirmation only authorises; `capture` moves the money.
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
    /// Authorised and waiting for `capture`, minor units.
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
