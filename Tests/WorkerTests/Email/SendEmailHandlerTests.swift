import Domain
import Foundation
import Logging
import OutboundHTTP
import Postgres
import Providers
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("An email goes out once, and only while it is true", .timeLimit(.minutes(1)))
struct SendEmailHandlerTests {
    private func run(
        _ id: EmailDelivery.ID, in shop: Shop, through transport: any EmailTransport, isLastAttempt: Bool = false,
        isAway: Bool = false
    ) async throws {
        let context = try await shop.claim(
            SendEmail.self, "deliveryID", id.description, isLastAttempt: isLastAttempt)
        let renderer = try OrderEmailRenderer(sender: EmailSender("shop@example.com"), shop: ShopIdentity())
        try await SendEmailHandler(store: shop.emails, transport: transport, renderer: renderer, isAway: { isAway })
            .run(SendEmail(deliveryID: id), in: context)
    }

    private func withServer(
        _ script: ScriptedEmailServer = ScriptedEmailServer(), _ body: (any EmailTransport) async throws -> Void
    ) async throws {
        let server = try script.start()
        let client = OutboundHTTPClient(logger: Logger(label: "mail") { _ in SwiftLogNoOpLogHandler() })
        try await body(
            SMTPEmail(client: client, url: "smtp://127.0.0.1:\(server.port)", sender: EmailSender("shop@example.com")))
        await client.close()
    }

    private func delivery(_ facts: CheckoutSnapshot, _ kind: EmailKind, in shop: Shop) async throws -> OrderEmail {
        try #require(try await shop.emails.list(about: facts.orderID).first { $0.delivery.kind == kind })
    }

    private func declined(_ shop: Shop) async throws -> (CheckoutSnapshot, EmailDelivery.ID) {
        let facts = try await shop.confirming(shop.product(stock: 5))
        shop.payments.change(try #require(facts.intentID), to: .requiresPaymentMethod, declined: "expired_card")
        try await shop.settle(facts)
        return (facts, try await delivery(facts, .paymentFailed, in: shop).delivery.id)
    }

    @Test("a declined payment that still stands is written about")
    func stands() async throws {
        let script = ScriptedEmailServer()
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            try await withServer(script) { transport in try await run(id, in: shop, through: transport) }
            #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .sent)
            #expect(script.message.contains { $0.hasPrefix("The payment of your order \(facts.orderNumber) of ") })
        }
    }

    @Test("another card that is being tried is waited for; one that paid makes the email needless")
    func madeGood() async throws {
        let script = ScriptedEmailServer()
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            try await withServer(script) { transport in
                _ = try await shop.orders.retryPayment(of: facts.orderID, method: "pm_card_visa", by: .staff)
                let waits = await #expect(throws: JobFailure.self) { try await run(id, in: shop, through: transport) }
                guard case .snooze = waits else { throw Unexpected(what: "\(String(describing: waits))") }
                shop.payments.change(try #require(facts.intentID), to: .succeeded)
                try await shop.settle(facts)
                try await run(id, in: shop, through: transport)
            }
            #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .obsolete)
            #expect(script.log.entries.isEmpty)
            let open = try await shop.database.pool.query(
                """
                SELECT 1 FROM jobs
                 WHERE name = 'email.send' AND state <> 'done' AND payload ->> 'deliveryID' = \(id.description)
                """
            )
            #expect(open.isEmpty)
        }
    }

    @Test("an attempt that was cut off is looked up, though a card has paid meanwhile")
    func madeGoodWhileSending() async throws {
        let script = ScriptedEmailServer()
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            guard case .send = try await shop.emails.beginSending(id) else { throw Unexpected(what: "not begun") }
            _ = try await shop.orders.retryPayment(of: facts.orderID, method: "pm_card_visa", by: .staff)
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            try await withServer(script) { transport in try await run(id, in: shop, through: transport) }
            #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .unknown)
            #expect(script.log.entries.isEmpty)
        }
    }

    @Test("a refund is written about in the order's language")
    func refund() async throws {
        let script = ScriptedEmailServer()
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            try await shop.database.pool.execute("UPDATE orders SET language = 'de'")
            let wish = RefundRequest(orderID: facts.orderID, amount: Money(999, .usd), key: "k", actor: .system("test"))
            guard case .accepted(let refund) = try await shop.refunds.request(wish) else {
                throw Unexpected(what: "no refund")
            }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            let id = try await delivery(facts, .refund, in: shop).delivery.id
            try await withServer(script) { transport in try await run(id, in: shop, through: transport) }
            #expect(try await delivery(facts, .refund, in: shop).delivery.status == .sent)
            #expect(script.message.contains { $0.contains("Wir haben Ihnen 9,99=C2=A0$") }, "\(script.message)")
        }
    }

    @Test("what a server refuses for now is pending again; what it lost is unknown")
    func refused() async throws {
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            try await withServer(ScriptedEmailServer(replies: [".": "451 later\r\n"])) { transport in
                await #expect(throws: JobFailure.self) { try await run(id, in: shop, through: transport) }
            }
            #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .pending)
            try await withServer(ScriptedEmailServer(replies: [".": ""])) { transport in
                try await run(id, in: shop, through: transport)
            }
            #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .unknown)
        }
    }

    @Test(
        "a refusal of the shop is tried until it is mended, and never final",
        arguments: [
            ("greeting", "554 No service\r\n"), ("MAIL", "550 5.7.1 Sender rejected\r\n"),
            ("RCPT", "550 relay not permitted\r\n"),
        ])
    func shopRefused(place: String, reply: String) async throws {
        let script = ScriptedEmailServer()
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            for attempt in 1...3 {
                try await withServer(ScriptedEmailServer(replies: [place: reply])) { transport in
                    let error = await #expect(throws: JobFailure.self) {
                        try await run(id, in: shop, through: transport, isLastAttempt: attempt == 3)
                    }
                    guard case .snooze(let pause, _) = error else {
                        throw Unexpected(what: "\(String(describing: error))")
                    }
                    #expect(pause >= SendEmailHandler.refusalPause(attempt: attempt))
                }
                let email = try await delivery(facts, .paymentFailed, in: shop)
                #expect(
                    email.delivery.status == .pending && email.fault?.isShops == true
                        && email.reason?.contains(reply.prefix(3)) == true)
            }
            #expect(try await shop.emails.list(.refused).items.map(\.delivery.id) == [id])
            #expect(try await shop.emails.counts() == EmailCounts(failed: 0, refused: 1, parked: 0))
            try await withServer(script) { transport in try await run(id, in: shop, through: transport) }
            let sent = try await delivery(facts, .paymentFailed, in: shop)
            #expect(sent.delivery.status == .sent && sent.fault == nil && sent.delivery.attempt == 4)
            #expect(script.log.entries.filter { $0 == "." }.count == 1)
        }
    }

    @Test(
        "a refusal of the recipient is final; sent again by an operator it goes out once, however many jobs there are")
    func resent() async throws {
        let script = ScriptedEmailServer()
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            try await withServer(ScriptedEmailServer(replies: ["RCPT": "550 5.1.1 Unknown\r\n"])) { transport in
                try await run(id, in: shop, through: transport)
            }
            let failed = try await delivery(facts, .paymentFailed, in: shop)
            #expect(failed.delivery.status == .failed && failed.fault == .email)
            let audit = AuditEntry(
                actor: .system("test"), action: "email.resent", subjectKind: "email", subjectID: id.description)
            for _ in 1...2 {
                guard case .requested = try await shop.emails.resend(id, audit: audit) else {
                    throw Unexpected(what: "not resent")
                }
            }
            try await withServer(script) { transport in
                try await run(id, in: shop, through: transport)
                try await run(id, in: shop, through: transport)
            }
            #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .sent)
            #expect(script.log.entries.filter { $0 == "." }.count == 1)
            #expect(try await shop.emails.resend(id, audit: audit) == .refused(.sent))
        }
    }

    @Test("a transient failure ends with the last attempt, for operators to see, unless the server is known to be away")
    func lastAttempt() async throws {
        try await Shop.with { shop in
            let (facts, id) = try await declined(shop)
            try await withServer(ScriptedEmailServer(replies: [".": "451 later\r\n"])) { transport in
                await #expect(throws: JobFailure.self) {
                    try await run(id, in: shop, through: transport, isLastAttempt: true, isAway: true)
                }
                #expect(try await delivery(facts, .paymentFailed, in: shop).delivery.status == .pending)
                try await run(id, in: shop, through: transport, isLastAttempt: true)
            }
            let failed = try await delivery(facts, .paymentFailed, in: shop)
            #expect(failed.delivery.status == .failed && failed.fault == .passing)
            #expect(try await shop.emails.list(.attention).items.map(\.delivery.id) == [id])
        }
    }
}
