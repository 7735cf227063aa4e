/// A payment on its way from "asked for" to "paid", as the provider keeps it.
///
/// A value: its steps (`PaymentIntent+Steps.swift`) decide, ``PaymentBook`` stores.
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
    let amount: Int64
    /// ISO 4217, lower case.
    let currency: String
    let captureMethod: CaptureMethod
    let clientSecret: String
    /// Seconds since 1970.
    let created: Int64
    let metadata: [String: String]
    let paymentMethodTypes: [String]
    let description: String?
    let receiptEmail: String?

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
    var canceledAt: Int64?
    var cancellationReason: String?

    /// The order this payment is for, as the shop named it in the metadata.
    var orderID: String? { metadata["order_id"] }
}
