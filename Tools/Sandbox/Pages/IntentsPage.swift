import FoundationEssentials

/// The newest payments and where they stand.
enum IntentsPage {
    static func html(of intents: [PaymentIntent]) -> String {
        let rows = intents.map { intent in
            let status = Page.escape(intent.status.rawValue)
            let action =
                intent.authenticationURL == nil
                ? status : "<a href=\"/_sandbox/authenticate/\(Page.escape(intent.id))\">\(status)</a>"
            return [
                Page.escape(Date(timeIntervalSince1970: TimeInterval(intent.created)).timestamp),
                "<code>\(Page.escape(intent.id))</code>",
                Page.escape(Amount.text(intent.amount, intent.currency)), action,
                Page.escape(intent.lastDecline.map { $0.declineCode ?? $0.code } ?? "–"),
                "<code>\(Page.escape(intent.orderID ?? "–"))</code>",
            ]
        }
        return Page.html(
            "Payments",
            Page.table(["Made", "Payment", "Amount", "Status", "Decline", "Order"], rows, empty: "No payments yet."))
    }
}
