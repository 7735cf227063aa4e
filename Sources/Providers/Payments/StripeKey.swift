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
        switch secret.prefix(8) {
        case "sk_test_", "rk_test_": isLive = false
        case "sk_live_", "rk_live_": isLive = true
        default:
            throw ProviderSettingError(
                setting: setting, expected: "it must start with sk_test_, rk_test_, sk_live_ or rk_live_.")
        }
        if isLive && (base.scheme != "https" || base.host != Self.liveHost) {
            throw ProviderSettingError(
                setting: setting, expected: "a live key only goes to https://\(Self.liveHost); use a test key here.")
        }
        self.secret = secret
    }
}

extension StripeKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mode.
    var description: String { isLive ? "a live key" : "a test key" }
    /// The mode.
    var debugDescription: String { description }
    /// Nothing: a dump of the client shows no secret.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
