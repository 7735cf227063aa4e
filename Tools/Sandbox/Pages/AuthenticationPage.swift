/// The page on which a customer authenticates a payment, in place of their bank's.
enum AuthenticationPage {
    static func html(of intent: PaymentIntent) -> String {
        let amount = Page.escape(Amount.text(intent.amount, intent.currency))
        guard intent.status == .requiresAction else {
            return Page.html(
                "Authentication",
                "<p>The payment of \(amount) has the status <strong>\(intent.status.rawValue)</strong>.</p>")
        }
        return Page.html(
            "Authentication",
            """
            <p>A bank would now ask you whether you want to pay <strong>\(amount)</strong>.</p>
            <form method="post" action="/_sandbox/authenticate/\(Page.escape(intent.id))">
            <button name="result" value="success">Pay</button>
            <button name="result" value="failure">Refuse</button>
            </form>
            """)
    }
}
