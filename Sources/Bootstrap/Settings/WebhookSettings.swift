/// Whose webhooks are taken.
package struct WebhookSettings: Sendable {
    /// The payment provider's, where they are.
    package let payments: PaymentWebhookSettings?

    package init(_ reader: inout SettingsReader) {
        payments = PaymentWebhookSettings(&reader)
    }
}
