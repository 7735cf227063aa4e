import FoundationEssentials

/// Money asked back by customers, newest first, with the bank's decision as two buttons.
enum DisputesPage {
    static func html(of disputes: [Dispute]) -> String {
        let rows = disputes.reversed().map { dispute in
            [
                "<code>\(Page.escape(dispute.id))</code>", Page.escape(Amount.text(dispute.amount, dispute.currency)),
                "<code>\(Page.escape(dispute.intent))</code>", Page.escape(dispute.reason),
                Page.escape(dispute.status.rawValue),
                dispute.status == .needsResponse || dispute.status == .underReview ? decision(on: dispute) : "",
            ]
        }
        return Page.html(
            "Disputes",
            Page.table(
                ["Dispute", "Amount", "Payment", "Reason", "Status", ""], rows, empty: "No disputes."))
    }

    private static func decision(on dispute: Dispute) -> String {
        """
        <form method="post" action="/_sandbox/disputes/\(Page.escape(dispute.id))">
        <button name="result" value="won">The shop wins</button>
        <button name="result" value="lost">The shop loses</button></form>
        """
    }
}

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

/// Money that moved, newest first.
enum LedgerPage {
    /// How many entries a page shows.
    static let shown = 500

    static func html(of ledger: [LedgerEntry]) -> String {
        let rows = ledger.suffix(shown).reversed().map { entry in
            [
                Page.escape(entry.at.timestamp), Page.escape(entry.kind.rawValue),
                Page.escape(Amount.text(entry.amount, entry.currency)),
                "<code>\(Page.escape(entry.intent))</code>", "<code>\(Page.escape(entry.orderID ?? "–"))</code>",
            ]
        }
        let note = ledger.count > shown ? "<p>The newest \(shown) of \(ledger.count) entries.</p>" : ""
        let body = Page.table(["Time", "Kind", "Amount", "Payment", "Order"], rows, empty: "No money has moved yet.")
        return Page.html(
            "Ledger", "<p>Every movement of money, whether or not its answer ever arrived.</p>\(note)\(body)")
    }
}

/// The rates that are published now, and the form that makes them wrong.
enum RatesPage {
    static func html(of table: RateTable, _ controls: RateControls) -> String {
        let rows = (table.rates(base: "EUR") ?? []).map {
            ["<code>\(Page.escape($0.code))</code>", Page.escape($0.rate.description)]
        }
        let jump = controls.jump?.sorted { $0.key < $1.key }.first
        let breaks = ([""] + RateControls.Break.allCases.map(\.rawValue)).map { name in
            let isChosen = name == controls.breaks?.rawValue ?? ""
            return "<option value=\"\(name)\"\(isChosen ? " selected" : "")>\(name.isEmpty ? "nothing" : name)</option>"
        }.joined()
        return Page.html(
            "Rates",
            """
            <p>For one euro, of \(Page.escape(table.date.description)). Served at
            <code>/rates/ecb/eurofxref-daily.xml</code>,
            <code>/rates/v1/latest</code>, <code>/rates/v2/rates</code> and
            <code>/rates/oxr/api/latest.json?app_id=sandbox</code>.</p>
            <form method="post" action="/_sandbox/rates">
            <label>Days old <input name="age_days" inputmode="numeric" size="5"
            value="\(controls.ageDays.map(String.init) ?? "")"></label>
            <label>Currency <input name="jump_currency" size="4" value="\(Page.escape(jump?.key ?? ""))"></label>
            <label>times <input name="jump_factor" size="6"
            value="\(Page.escape(jump?.value.description ?? ""))"></label>
            <label>Broken <select name="break">\(breaks)</select></label>
            <label><input type="checkbox" name="negative"
            value="true"\(controls.negative == true ? " checked" : "")> last one negative</label>
            <button>Apply</button>
            </form>
            <form method="post" action="/_sandbox/rates"><button>Put all right</button></form>
            \(Page.table(["Currency", "Rate"], rows, empty: ""))
            """)
    }
}

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
                "<form method=\"post\" "
                    + "action=\"/_sandbox/webhooks/\(Page.escape(delivery.id))/send\"><button>Send "
                    + "again</button></form>",
            ]
        }
        let address = target.map { "Events go to <code>\(Page.escape($0.url))</code>." } ?? "No receiver is set."
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
