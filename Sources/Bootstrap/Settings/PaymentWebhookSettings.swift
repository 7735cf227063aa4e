package import Domain
package import Providers

/// How the payment provider's webhooks are known: `PAYMENTS_PROVIDER`, `PAYMENTS_WEBHOOK_SECRETS`, `PAYMENTS_MODE`.
package struct PaymentWebhookSettings: Sendable {
    /// Fewer bytes can be guessed.
    private static let leastBytes = [PaymentMode.test: 8, .live: 24]

    /// Who sends them.
    package let provider: any PaymentProviderModule
    /// What they are signed with, as the provider shows it; several while one takes the place of another. Never empty.
    package let secrets: [SecretText]
    /// The mode whose events are taken.
    package let mode: PaymentMode

    /// `nil` where no webhooks are taken, or with a problem noted.
    package init?(_ reader: inout SettingsReader) {
        guard let text = reader.optional("PAYMENTS_WEBHOOK_SECRETS") else { return nil }
        let mode = reader.required(
            "PAYMENTS_MODE", expected: PaymentMode.expectation,
            advice: "it says whose events PAYMENTS_WEBHOOK_SECRETS lets in"
        ) { PaymentMode(rawValue: $0) }
        guard let mode else { return nil }
        let module = PaymentProviders.chosen(&reader)
        let least = Self.leastBytes[mode] ?? 24
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() where part.utf8.count < least || !part.utf8.allSatisfy(ASCII.isVisible)
        {
            reader.note(
                SettingProblem(
                    name: "PAYMENTS_WEBHOOK_SECRETS", wrong: "entry \(index + 1) cannot be used",
                    expected:
                        "the provider's secrets for webhooks (\(module.webhookSecretForm)), each of \(least) "
                        + "characters or more, with commas between"
                ))
            return nil
        }
        secrets = parts.map { SecretText(String($0)) }
        self.mode = mode
        provider = module
    }
}

/// Whose webhooks are taken.
package struct WebhookSettings: Sendable {
    /// The payment provider's, where they are.
    package let payments: PaymentWebhookSettings?
    /// The public key of the email provider's events, DER; `nil` where they are not.
    package let emailKey: [UInt8]?

    package init(_ reader: inout SettingsReader) {
        payments = PaymentWebhookSettings(&reader)
        emailKey = EmailWebhookSetting.read(&reader)
    }
}
