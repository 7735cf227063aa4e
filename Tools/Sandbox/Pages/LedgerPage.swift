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
