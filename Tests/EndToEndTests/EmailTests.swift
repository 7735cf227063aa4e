import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("Customers hear once of what happens to their orders", .serialized)
struct EmailTests {
    private static let sendGrid = ["EMAIL_TRANSPORT": "sendgrid"]

    private func bought(_ shop: Shop, email: String = "ada@example.com") async throws -> String {
        let answer = try await shop.order(shop.products()[0], email: email)
        guard answer.status == 201, let id = answer.body?.id else {
            throw Shop.Failed(what: "not confirmed: \(answer.text)")
        }
        return id
    }

    @Test("each kind of email comes in the customer's language")
    func eachKindInTheCustomersLanguage() async throws {
        try await Shop.running(settings: [
            "EMAIL_PAYMENT_FAILED_SECONDS": "1", "SHOP_LANGUAGE": "fr", "RESERVATION_SECONDS": "6",
        ]) { shop in
            let product = try await shop.products()[0]
            let bought = try await shop.order(product, quantity: 2, language: "de-AT, en;q=0.5")
            let id = try #require(bought.body?.id)
            let confirmation = try await shop.delivery("order_confirmation", of: id, becomes: "sent")
            #expect(try await shop.text(of: confirmation).contains("ist bestätigt"))
            try await shop.cartwright("orders", "refund", "\(try #require(bought.body?.number))", "--amount", "1.00")
            let refund = try await shop.delivery("refund", of: id, becomes: "sent")
            #expect(try await shop.text(of: refund).contains("1,00"))

            let declined = try await shop.order(product, method: "pm_card_visa_chargeDeclined")
            let other = try #require(
                declined.body?.order_id ?? declined.headers["Location"]?.split(separator: "/").last.map(String.init))
            let warning = try await shop.delivery("payment_failed", of: other, becomes: "sent")
            #expect(try await shop.text(of: warning).contains("a été refusé"))
            // Nobody tried another card in time.
            let end = try await shop.delivery("cancellation", of: other, becomes: "sent")
            #expect(try await shop.text(of: end).contains("pas été payée à temps"))
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a card that pays in time spares the warning")
    func aCardThatPaysInTimeSparesTheWarning() async throws {
        try await Shop.running(settings: ["EMAIL_PAYMENT_FAILED_SECONDS": "3"]) { shop in
            let declined = try await shop.order(try await shop.products()[0], method: "pm_card_visa_chargeDeclined")
            let paid = try await shop.pay(declined, method: "pm_card_visa")
            #expect(paid.status == 201)
            let id = try #require(paid.body?.id)
            try await shop.delivery("payment_failed", of: id, becomes: "obsolete")
            try await shop.waitUntilSettled(within: .seconds(20))
            #expect(try await shop.emails().filter { $0.order_id == id }.count == 1)
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("emails go through the provider's API, and its events come back")
    func throughTheProvidersAPIWithItsEvents()
        async throws
    {
        try await Shop.running(settings: Self.sendGrid) { shop in
            // Told five times over, and with forgeries among it.
            try await shop.misbehave(
                #"""
                {"faults":[{"kind":"webhook_duplicate","recipient":"*","copies":5,"count":1},\#
                {"kind":"webhook_bad_signature","recipient":"*"}]}
                """#
            )
            let first = try await bought(shop)
            let second = try await bought(shop)
            for id in [first, second] {
                let delivery = try await shop.delivery("order_confirmation", of: id, becomes: "sent")
                let events = try await eventually(within: .seconds(20), "its events have been handled") {
                    let rows = try await shop.database.pool.query(
                        """
                        SELECT event FROM email_events
                         WHERE delivery_id::text = \(delivery.id) AND handled_at IS NOT NULL ORDER BY event
                        """
                    )
                    return rows.count == 2 ? rows : nil
                }
                #expect(try events.map { try $0["event"] as String } == ["delivered", "processed"])
            }
            #expect(try await shop.database.pool.query("SELECT 1 FROM email_events").count == 4)
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("emails beyond the provider's limit wait without using attempts")
    func tooManyEmails()
        async throws
    {
        try await Shop.running(settings: Self.sendGrid) { shop in
            try await shop.misbehave(#"{"faults":[{"kind":"mail_429","retry_after":2,"count":2}]}"#)
            let id = try await bought(shop)
            try await shop.delivery("order_confirmation", of: id, becomes: "sent")
            let attempts = try await shop.database.pool.query(
                "SELECT attempts FROM jobs WHERE name = 'email.send' AND state = 'done'")
            #expect(try attempts.map { try $0["attempts"] as Int } == [1])
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test(
        "an email that does not arrive is shown",
        arguments: [("accept_then_bounce", "bounce"), ("accept_then_drop", "dropped")])
    func anEmailThatDoesNotArriveIsShown(fault: String, event: String) async throws {
        try await Shop.running(settings: Self.sendGrid) { shop in
            try await shop.misbehave(#"{"faults":[{"kind":"\#(fault)","count":1}]}"#)
            let id = try await bought(shop)
            try await eventually(within: .seconds(30), "the bounce is noted") {
                try await shop.deliveries(of: id).contains { $0.isBounced && $0.status == "sent" }
            }
            let page = try await shop.cartwright("orders", "show", id)
            #expect(
                page.contains("email_bounced → confirmed") && page.contains(event) && page.contains("bounced: "),
                "\(page)")
            try await shop.checkEverythingAddsUp()
        }
    }

    /// What nobody knows: the answer is lost with the email taken (`drop_after_dot`) or gone (`lose_after_dot`).
    @Test(
        "a lost answer is looked up",
        arguments: [
            ("smtp", "drop_after_dot"), ("smtp", "lose_after_dot"), ("sendgrid", "drop_after_dot"),
            ("sendgrid", "lose_after_dot"),
        ])
    func anAnswerThatIsLostIsLookedUp(transport: String, fault: String) async throws {
        // Only an event can settle an email that SendGrid took; silence has to do for one that is gone.
        let wait = transport == "sendgrid" && fault == "drop_after_dot" ? "600" : "2"
        try await Shop.running(settings: ["EMAIL_TRANSPORT": transport, "EMAIL_OUTCOME_TIMEOUT_SECONDS": wait]) {
            shop in
            try await shop.misbehave(#"{"faults":[{"kind":"\#(fault)","count":1}]}"#)
            let id = try await bought(shop)
            let delivery = try await shop.delivery("order_confirmation", of: id, becomes: "sent")
            #expect(try await shop.emails().map(\.message_id) == [delivery.messageID])
            #expect(delivery.isResent == (transport == "sendgrid" && fault == "lose_after_dot"))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("an unknown email is sent once more and then waits for an operator")
    func unknownEmail() async throws {
        try await Shop.open(settings: Self.sendGrid.merging(["EMAIL_OUTCOME_TIMEOUT_SECONDS": "1"]) { $1 }) { shop in
            let processes = try await shop.startAll()
            try await shop.misbehave(#"{"faults":[{"kind":"lose_after_dot"}]}"#)
            let id = try await bought(shop)
            try await eventually(within: .seconds(30), "the email is parked") {
                try await !shop.database.pool.query(
                    "SELECT 1 FROM email_deliveries WHERE status = 'unknown' AND claimed_until = 'infinity'"
                ).isEmpty
            }
            let delivery = try #require(try await shop.deliveries(of: id).first)
            #expect(delivery.isResent)
            #expect(
                try await shop.database.pool.query("SELECT attempt FROM email_deliveries").map {
                    try $0["attempt"] as Int
                } == [2])
            #expect(try await shop.cartwright("orders", "show", id).contains("email order_confirmation unknown"))
            #expect(try await shop.cartwright("doctor").contains("1 email with unknown delivery status"))
            try await shop.behave()
            try await shop.cartwright("emails", "resolve", delivery.id, "--send-again")
            try await shop.delivery("order_confirmation", of: id, becomes: "sent")
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime(processes) {}
        }
    }
}
