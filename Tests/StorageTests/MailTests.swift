import Domain
import JobQueue
import Postgres
import Storage
import Testing

@Suite("A mail is sent once")
struct MailTests {
    private static func delivery(_ shop: Shop) async throws -> (MailDelivery.ID, Order) {
        let pen = try await shop.product("PEN", stock: 5)
        let order = try await shop.confirming(pen)
        try await shop.settle(order, .succeeded)
        let rows = try await shop.database.query("SELECT id FROM email_deliveries WHERE order_id = \(order.id)")
        return (try #require(rows.first)["id"], order)
    }

    private static func job(_ shop: Shop, _ id: MailDelivery.ID) async throws -> JobCompletion {
        let rows = try await shop.database.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = 1
             WHERE name = 'email.order-confirmation' AND state = 'ready' RETURNING id
            """)
        return JobCompletion(jobID: JobID(rawValue: try #require(rows.first)["id"]), epoch: 1)
    }

    @Test("sent: noted with its order, job done, never again")
    func sent() async throws {
        try await Shop.with { shop in
            let (id, order) = try await Self.delivery(shop)
            let loaded = try #require(try await shop.mail.load(id))
            #expect(loaded.order.id == order.id)
            #expect(loaded.delivery.recipient?.rawValue == "ada@example.com")
            let completion = try await Self.job(shop, id)
            #expect(try await shop.mail.beginSending(id) == .send(attempt: 1))
            try await shop.mail.markSent(id, attempt: 1, receipt: MailReceipt(reference: "queued"), completion: completion)
            #expect(try await shop.mail.beginSending(id) == .settled(.sent))
            #expect(try await shop.jobState(completion) == "done")
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.kind == .mailSent)
            #expect(try await shop.mail.beginSending(MailDelivery.ID()) == .unknownDelivery)
            #expect(try await shop.mail.load(MailDelivery.ID()) == nil)
            let mail = try #require(try await shop.mail.mails(about: order.id).first)
            #expect(mail.delivery.id == id)
            #expect(mail.delivery.status == .sent)
            #expect(mail.sentAt != nil)
            #expect(try await shop.mail.mails(about: Order.ID()) == [])
        }
    }

    @Test("what surely did not go out is tried again; what never can is not")
    func notSent() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.mail.beginSending(id) == .send(attempt: 1))
            try await shop.mail.markNotSent(id, attempt: 1, reason: "421", permanent: false)
            #expect(try await shop.mail.beginSending(id) == .send(attempt: 2))
            try await shop.mail.markNotSent(id, attempt: 2, reason: "550", permanent: true)
            #expect(try await shop.mail.beginSending(id) == .settled(.failed))
        }
    }

    @Test("an attempt that was cut off is unknown, and not sent again before somebody knows")
    func interrupted() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.mail.beginSending(id) == .send(attempt: 1))
            #expect(try await shop.mail.beginSending(id) == .interrupted)
            #expect(try await shop.mail.beginSending(id) == .settled(.unknown))
            #expect(try await shop.mail.claimUnknown(waiting: .seconds(60)) == [])
            #expect(try await shop.mail.claimUnknown(waiting: .zero).map(\.id) == [id])
            #expect(try await shop.mail.claimUnknown(waiting: .zero) == [])
            try await shop.mail.resolveUnknown(id, wasAccepted: false)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.order-confirmation'") == 2)
            #expect(try await shop.mail.beginSending(id) == .send(attempt: 2))
            try await shop.mail.markUnknown(id, attempt: 2, reason: "no reply")
            try await shop.mail.resolveUnknown(id, wasAccepted: true)
            #expect(try await shop.mail.beginSending(id) == .settled(.sent))
        }
    }

    @Test("a stale attempt cannot mark anything")
    func stale() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            let job = try await Self.job(shop, id)
            let stale = JobCompletion(jobID: job.jobID, epoch: 0)
            #expect(try await shop.mail.beginSending(id) == .send(attempt: 1))
            await #expect(throws: JobFenced.self) {
                try await shop.mail.markSent(id, attempt: 1, receipt: MailReceipt(reference: nil), completion: stale)
            }
            #expect(try await shop.mail.beginSending(id) == .interrupted)
        }
    }
}
