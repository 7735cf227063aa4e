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
            ("billing_details", Self.nobody),
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

    /// Billing details nobody gave.
    static let nobody = JSONValue.object([
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
