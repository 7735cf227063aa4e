import Crypto
import FoundationEssentials
import JSON

/// What stands behind a test payment method: a card, or an account for debits (https://docs.stripe.com/testing).
struct TestMethod: Sendable, Equatable {
    let id: String
    /// `visa`, `mastercard`, `amex` or `discover`; nil is no card.
    let brand: String?
    let last4: String
    let funding: String

    /// The method of an id; nil for one the provider does not know.
    static func of(_ id: String) -> TestMethod? {
        guard CardOutcome.of(id) != nil else { return nil }
        if id.hasPrefix("pm_usBankAccount") { return TestMethod(id: id, brand: nil, last4: "6789", funding: "debit") }
        let (brand, last4) = others[id] ?? ("visa", visas[id.replacing("_visa_", with: "_")] ?? "4242")
        return TestMethod(id: id, brand: brand, last4: last4, funding: id == "pm_card_visa_debit" ? "debit" : "credit")
    }

    /// `card` or `us_bank_account`.
    var type: String { brand == nil ? "us_bank_account" : "card" }

    /// The same for every payment with one number, and for no other.
    var fingerprint: String {
        let digest = SHA256.hash(data: Data("\(type) \(brand ?? "") \(last4)".utf8))
        return String(digest.prefix(16).map { Self.letters[Int($0) % Self.letters.count] })
    }

    /// The payment method as the provider writes it (https://docs.stripe.com/api/payment_methods/object).
    var wire: JSONValue {
        .object([
            ("id", .string(id)), ("object", "payment_method"), ("allow_redisplay", "unspecified"),
            ("billing_details", Self.noBillingDetails),
            (type, .object(facts)), ("created", .integer(Self.born)), ("customer", .null), ("livemode", .bool(false)),
            ("metadata", .object([])), ("type", .string(type)),
        ])
    }

    /// What a charge says of it (https://docs.stripe.com/api/charges/object#charge_object-payment_method_details).
    func details(amount: Int64, isAuthenticated: Bool) -> JSONValue {
        var fields = facts
        if brand != nil {
            fields = [("amount_authorized", .integer(amount)), ("authorization_code", .null)] + fields
            fields += [
                ("installments", .null), ("mandate", .null), ("network_token", .object([("used", .bool(false))])),
            ]
            let authentication = JSONValue.object([
                ("authentication_flow", "challenge"), ("result", "authenticated"), ("result_reason", .null),
                ("version", "2.2.0"),
            ])
            fields += [("three_d_secure", isAuthenticated ? authentication : .null), ("wallet", .null)]
        }
        return .object([(type, .object(fields)), ("type", .string(type))])
    }

    /// Billing details that were not given.
    static let noBillingDetails = JSONValue.object([
        ("address", .object(addressFields.map { ($0, .null) })), ("email", .null), ("name", .null), ("phone", .null),
    ])

    static let addressFields = ["city", "country", "line1", "line2", "postal_code", "state"]

    private var facts: [(String, JSONValue)] {
        guard let brand else {
            return [
                ("account_holder_type", "individual"), ("account_type", "checking"), ("bank_name", "STRIPE TEST BANK"),
                ("fingerprint", .string(fingerprint)), ("last4", .string(last4)), ("routing_number", "110000000"),
            ]
        }
        let checks = JSONValue.object([
            ("address_line1_check", .null), ("address_postal_code_check", .null), ("cvc_check", "pass"),
        ])
        return [
            ("brand", .string(brand)), ("checks", checks), ("country", "US"), ("exp_month", .integer(12)),
            ("exp_year", .integer(2034)),
            ("fingerprint", .string(fingerprint)), ("funding", .string(funding)), ("last4", .string(last4)),
            ("network", .string(brand)),
        ]
    }

    private static let born: Int64 = 1_730_073_600
    private static let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    private static let others: [String: (String, String)] = [
        "pm_card_mastercard": ("mastercard", "4444"), "pm_card_amex": ("amex", "0005"),
        "pm_card_discover": ("discover", "1117"),
        "pm_card_visa_debit": ("visa", "5556"),
    ]

    private static let visas: [String: String] = [
        "pm_card_chargeDeclined": "0002", "pm_card_chargeDeclinedInsufficientFunds": "9995",
        "pm_card_chargeDeclinedLostCard": "9987",
        "pm_card_chargeDeclinedStolenCard": "9979", "pm_card_chargeDeclinedFraudulent": "0019",
        "pm_card_chargeDeclinedVelocityLimitExceeded": "6975", "pm_card_chargeDeclinedExpiredCard": "0069",
        "pm_card_chargeDeclinedIncorrectCvc": "0127", "pm_card_chargeDeclinedProcessingError": "0119",
        "pm_card_createDispute": "0259",
        "pm_card_pendingRefund": "7726", "pm_card_refundFail": "5126", "pm_card_authenticationRequired": "3184",
        "pm_card_threeDSecure2Required": "3220", "pm_card_threeDSecureRequired": "3063",
        "pm_card_threeDSecureRequiredChargeDeclined": "1629",
    ]
}

/// What happens when a test payment method is charged (https://docs.stripe.com/testing).
enum CardOutcome: Sendable, Equatable {
    /// The money moves.
    case success
    case declined(Decline)
    /// The customer must authenticate first; then what stands in `then` happens.
    case authentication(then: Decline?)

    /// The answer takes its time; then what stands in `then` happens.
    case processing(then: Decline?)

    /// Whether the customer has to authenticate.
    var asksForAuthentication: Bool {
        if case .authentication = self { true } else { false }
    }

    /// The outcome of a payment method, or nil for one the sandbox does not know.
    static func of(_ paymentMethod: String) -> CardOutcome? { table[paymentMethod] }

    /// Every payment method the sandbox knows, in order.
    static var known: [String] { table.keys.sorted() }

    private static let table: [String: CardOutcome] = [
        "pm_card_visa": .success,
        "pm_card_visa_debit": .success,
        "pm_card_mastercard": .success,
        "pm_card_amex": .success,
        "pm_card_discover": .success,
        "pm_card_createDispute": .success,
        "pm_card_pendingRefund": .success,
        "pm_card_refundFail": .success,
        "pm_card_chargeDeclined": .declined(.generic),
        "pm_card_visa_chargeDeclined": .declined(.generic),
        "pm_card_chargeDeclinedInsufficientFunds": .declined(.insufficientFunds),
        "pm_card_visa_chargeDeclinedInsufficientFunds": .declined(.insufficientFunds),
        "pm_card_chargeDeclinedLostCard": .declined(.lostCard),
        "pm_card_visa_chargeDeclinedLostCard": .declined(.lostCard),
        "pm_card_chargeDeclinedStolenCard": .declined(.stolenCard),
        "pm_card_visa_chargeDeclinedStolenCard": .declined(.stolenCard),
        "pm_card_chargeDeclinedFraudulent": .declined(.fraudulent),
        "pm_card_visa_chargeDeclinedFraudulent": .declined(.fraudulent),
        "pm_card_chargeDeclinedVelocityLimitExceeded": .declined(.velocityExceeded),
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded": .declined(.velocityExceeded),
        "pm_card_chargeDeclinedExpiredCard": .declined(.expiredCard),
        "pm_card_chargeDeclinedIncorrectCvc": .declined(.incorrectCVC),
        "pm_card_chargeDeclinedProcessingError": .declined(.processingError),
        "pm_card_authenticationRequired": .authentication(then: nil),
        "pm_card_threeDSecure2Required": .authentication(then: nil),
        "pm_card_threeDSecureRequired": .authentication(then: nil),
        "pm_card_threeDSecureRequiredChargeDeclined": .authentication(then: .generic),
        // Debits take days at the provider, under payment_method_types us_bank_account; here they pass as cards do.
        "pm_usBankAccount_success": .processing(then: nil),
        "pm_usBankAccount_insufficientFunds": .processing(then: .insufficientFunds),
    ]
}

/// Why a card was refused, in the provider's codes (https://docs.stripe.com/declines/codes).
struct Decline: Sendable, Codable, Equatable {
    let code: String
    let declineCode: String?
    let message: String

    static let generic = Decline(
        code: "card_declined", declineCode: "generic_decline", message: "Your card was declined.")
    static let insufficientFunds = Decline(
        code: "card_declined", declineCode: "insufficient_funds", message: "Your card has insufficient funds.")
    static let lostCard = Decline(code: "card_declined", declineCode: "lost_card", message: "Your card was declined.")
    static let stolenCard = Decline(
        code: "card_declined", declineCode: "stolen_card", message: "Your card was declined.")
    static let velocityExceeded = Decline(
        code: "card_declined", declineCode: "card_velocity_exceeded",
        message: "Your card was declined for making repeated attempts too frequently.")
    static let fraudulent = Decline(
        code: "card_declined", declineCode: "fraudulent", message: "Your card was declined.")
    static let expiredCard = Decline(code: "expired_card", declineCode: nil, message: "Your card has expired.")
    static let incorrectCVC = Decline(
        code: "incorrect_cvc", declineCode: nil, message: "Your card's security code is incorrect.")
    static let processingError = Decline(
        code: "processing_error", declineCode: nil,
        message: "An error occurred while processing your card. Try again in a little bit.")
    static let authenticationRequired = Decline(
        code: "authentication_required", declineCode: "authentication_required",
        message: "Your card was declined. This transaction requires authentication.")
    static let authenticationFailed = Decline(
        code: "payment_intent_authentication_failure", declineCode: nil,
        message:
            "The provided payment method has failed authentication. Provide a new payment method to complete "
            + "this payment."
    )
}
