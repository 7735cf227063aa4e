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
                ["Dispute", "Amount", "Payment", "Reason", "Status", ""], rows, empty: "Nobody has asked money back."))
    }

    private static func decision(on dispute: Dispute) -> String {
        """
        <form method="post" action="/_sandbox/disputes/\(Page.escape(dispute.id))">
        <button name="result" value="won">The shop wins</button><button name="result" value="lost">The shop loses</button></form>
        """
    }
}
