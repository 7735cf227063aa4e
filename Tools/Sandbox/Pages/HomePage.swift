/// The first page: what this is and where things are.
enum HomePage {
    /// - Parameters:
    ///   - http: base URL of this server.
    ///   - smtp: URL that mail goes to.
    static func html(http: String, smtp: String) -> String {
        let base = Page.escape(http)
        let rows = [
            (
                "/v1/payment_intents, /v1/refunds, /v1/disputes, /v1/events",
                "The payment provider's API, with any key that begins with sk_test_"
            ),
            ("/_sandbox/ledger", "Money that moved, as JSON (?order_id=, ?intent=)"),
            (
                "/_sandbox/authenticate/{intent}",
                "The customer's authentication, as a page or a call (POST result=success|failure)"
            ),
            (
                "/_sandbox/faults",
                "Misbehaviour on demand: GET, PUT, DELETE; or the header X-Sandbox-Fault on one request"
            ),
            (
                "/_sandbox/webhooks",
                "Events sent to the shop and its answers (?order_id=, ?event=); POST url, secret or secrets to "
                    + "change where they go"
            ),
            ("/_sandbox/webhooks/{event}/send", "Sends an event once more (POST)"),
            ("/_sandbox/advance", "POST lets happen at once what waits for time to pass (?order_id=)"),
            (
                "/_sandbox/disputes",
                "POST payment_intent= lets a customer ask the money back; POST /_sandbox/disputes/{id} result=won|lost"
            ),
            ("/_sandbox/idempotency", "DELETE forgets what is kept under idempotency keys (?key=)"),
            ("/_sandbox/mail", "Email as JSON (?to=, ?order_id=, ?message_id=)"),
            ("/v3/mail/send", "The email provider's API, with any key that begins with SG. and is not real"),
            (
                "/_sandbox/mail/webhook",
                "Where events of its emails go, and the key that verifies them; POST url to change it"
            ),
            ("/mail/activity?message_id=", "Whether a message was accepted"),
            (
                "/rates/v1/latest, /rates/v2/rates",
                "Exchange rates in Frankfurter's two shapes (?base=, ?symbols= or ?quotes=)"
            ),
            ("/rates/ecb/eurofxref-daily.xml", "Exchange rates in the European Central Bank's shape"),
            (
                "/rates/oxr/api/latest.json",
                "Exchange rates in the shape of Open Exchange Rates (?app_id=, ?base=, ?symbols=)"
            ),
            ("/_sandbox/rates", "PUT age_days, jump, break and negative makes the rates wrong; DELETE puts them right"),
            ("/healthz", "Whether it runs"),
        ].map { ["<code>\(Page.escape($0.0))</code>", Page.escape($0.1)] }
        let methods = CardOutcome.known.map { "<code>\(Page.escape($0))</code>" }.joined(separator: " ")
        return Page.html(
            "Cartwright sandbox",
            """
            <p>A stand-in for the payment provider, the mail server and the exchange rates that Cartwright works with,
            so that all of it runs
            with no account and no network. It keeps state, and it can fail in every way the real ones do.</p>
            <ul>
            <li><a href="/mail">Email</a> sent to <code>\(Page.escape(smtp))</code></li>
            <li><a href="/ledger">Ledger</a> of the money that moved</li>
            <li><a href="/intents">Payments</a> and where they stand</li>
            <li><a href="/faults">Faults</a> that make it fail</li>
            <li><a href="/webhooks">Webhooks</a> and what the shop said to them</li>
            <li><a href="/rates">Rates</a> and what is wrong with them</li>
            <li><a href="/disputes">Disputes</a> and the bank's decision</li>
            </ul>
            <h2>Routes at <code>\(base)</code></h2>
            \(Page.table(["Path", "What it is"], rows, empty: ""))
            <h2>Payment methods</h2>
            <p>\(methods)</p>
            """)
    }
}
