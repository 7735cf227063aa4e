import Crypto

/// What tells the payment provider's webhooks from anybody else's.
struct PaymentWebhook: Sendable {
    /// Each may have signed: two while one takes the place of the other. Never empty.
    let secrets: [SymmetricKey]
    /// Whether the shop takes real money.
    let isLive: Bool

    /// Keys from the secrets as the provider shows them.
    init(secrets: [String], isLive: Bool) {
        self.secrets = secrets.map { SymmetricKey(data: Array($0.utf8)) }
        self.isLive = isLive
    }
}
