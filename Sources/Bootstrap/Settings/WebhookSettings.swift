/// Whose webhooks are taken.
package struct WebhookSettings: Sendable {
    /// The payment provider's, where they are.
    package let payments: PaymentWebhookSettings?
    /// The public key of the mail provider's events, DER; `nil` where they are not.
    package let mailKey: [UInt8]?

    package init(_ reader: inout SettingsReader) {
        payments = PaymentWebhookSettings(&reader)
        mailKey = EmailWebhookSetting.read(&reader)
    }
}
