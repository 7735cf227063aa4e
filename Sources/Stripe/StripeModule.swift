package import Domain
package import Providers

/// Stripe behind the shop's ports.
package struct StripeModule: PaymentProviderModule {
    package init() {}

    package var name: String { "stripe" }
    package var baseURL: String { "https://api.stripe.com" }
    package var keyForm: String {
        "the provider's secret key, which begins with sk_test_, rk_test_, sk_live_ or rk_live_"
    }
    package var keyAdvice: String? { "with the sandbox any sk_test_… will do" }
    package var webhookSecretForm: String { "whsec_…" }
    package var charges: ChargeLimits { StripeChargeLimits.table }

    package func mode(ofKey key: String) -> PaymentMode? { StripeKey.mode(of: key) }

    package func provider(_ access: PaymentProviderAccess) throws(ProviderSettingError) -> any PaymentProvider {
        try StripePayments(
            client: access.client, apiKey: access.apiKey, baseURL: access.baseURL, logger: access.logger)
    }

    package func webhookReader(secrets: [String]) -> any PaymentWebhookReader {
        StripeWebhookReader(secrets: secrets)
    }
}

/// A secret key of the payment provider, checked against the address it is to be sent to. Prints only its mode.
struct StripeKey: Sendable {
    /// The host live keys may go to, and no other.
    static let liveHost = "api.stripe.com"

    let secret: String
    let isLive: Bool

    /// - Throws: when the key has no known form, or is a live key that would go anywhere but to the provider itself
    ///   over TLS.
    init(_ secret: String, for base: BaseURL) throws(ProviderSettingError) {
        let setting = "payment API key"
        guard secret.utf8.count >= 12, secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ProviderSettingError(setting: setting, expected: "a secret key such as sk_test_… is expected.")
        }
        switch Self.mode(of: secret) {
        case .test: isLive = false
        case .live: isLive = true
        case nil:
            throw ProviderSettingError(
                setting: setting, expected: "it must start with sk_test_, rk_test_, sk_live_ or rk_live_.")
        }
        if isLive && (base.scheme != "https" || base.host != Self.liveHost) {
            throw ProviderSettingError(
                setting: setting, expected: "a live key only goes to https://\(Self.liveHost); use a test key here.")
        }
        self.secret = secret
    }

    /// What a key's first letters say, `nil` when they are none of a secret key.
    static func mode(of key: String) -> PaymentMode? {
        guard key.utf8.count > 8 else { return nil }
        return switch key.prefix(8) {
        case "sk_test_", "rk_test_": .test
        case "sk_live_", "rk_live_": .live
        default: nil
        }
    }
}

extension StripeKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { isLive ? "a live key" : "a test key" }
    var debugDescription: String { description }
    /// Nothing: a dump of the client shows no secret.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
