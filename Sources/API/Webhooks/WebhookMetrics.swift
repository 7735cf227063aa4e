import Metrics

/// What became of webhooks at the door, counted: `webhook_events_total`.
enum WebhookMetrics {
    enum Outcome: String {
        /// New, and durable now.
        case accepted
        /// Taken before.
        case duplicate
        /// Of a kind that the shop does not act on.
        case ignored
        /// Not signed by the provider.
        case invalidSignature = "invalid_signature"
        /// Of play money where the shop takes real money, or the other way round.
        case wrongMode = "wrong_mode"
        /// Signed, and no event.
        case malformed
    }

    /// Whose they are.
    enum Provider: String {
        case stripe, sendgrid
    }

    static func count(_ outcome: Outcome, of provider: Provider = .stripe, times: Int = 1) {
        Counter(
            label: "webhook_events_total", dimensions: [("provider", provider.rawValue), ("outcome", outcome.rawValue)]
        )
        .increment(by: times)
    }
}
