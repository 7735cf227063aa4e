import FoundationEssentials

/// The newest events, what the shop said to each, and a button that sends one again.
enum WebhooksPage {
    /// How many events the page shows.
    static let shown = 200

    static func html(of deliveries: [WebhookDelivery], to target: WebhookTarget?) -> String {
        let rows = deliveries.suffix(shown).reversed().map { delivery in
            [
                Page.escape(Date(timeIntervalSince1970: TimeInterval(delivery.event.created)).timestamp),
                "<code>\(Page.escape(delivery.event.type))</code>",
                "<code>\(Page.escape(delivery.event.orderID ?? "–"))</code>",
                Page.escape(answers(to: delivery)), delivery.isDelivered ? "taken" : "open",
                "<form method=\"post\" action=\"/_sandbox/webhooks/\(Page.escape(delivery.id))/send\"><button>Send again</button></form>",
            ]
        }
        let address = target.map { "Events go to <code>\(Page.escape($0.url))</code>." } ?? "Nobody is told of events."
        return Page.html(
            "Webhooks",
            "<p>\(address)</p>"
                + Page.table(["Time", "Event", "Order", "Answers", "", ""], rows, empty: "No event was sent yet."))
    }

    private static func answers(to delivery: WebhookDelivery) -> String {
        delivery.attempts.map { attempt in
            let answer = attempt.status.map(String.init) ?? "none"
            return attempt.variant == .genuine ? answer : "\(attempt.variant.rawValue): \(answer)"
        }.joined(separator: ", ")
    }
}
