import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

@Suite("An email is sent once")
struct EmailTests {
    private static func delivery(_ shop: Shop, of sku: String = "PEN") async throws -> (EmailDelivery.ID, Order) {
        let pen = try await shop.product(sku, stock: 5)
        let order = try await shop.confirming(pen)
        try await shop.settle(order, .succeeded)
        let rows = try await shop.database.query("SELECT id FROM email_deliveries WHERE order_id = \(order.id)")
        return (try #require(rows.first)["id"], order)
    }

    private static func job(_ shop: Shop, _ id: EmailDelivery.ID) async throws -> JobCompletion {
        let rows = try await shop.database.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = 1
             WHERE name = 'email.send' AND state = 'ready' RETURNING id
            """)
        return JobCompletion(jobID: JobID(rawValue: try #require(rows.first)["id"]), epoch: 1)
    }

    @Test("sent: noted with its order, job done, never again")
    func sent() async throws {
        try await Shop.with { shop in
            let (id, order) = try await Self.delivery(shop)
            let loaded = try #require(try await shop.emails.load(id))
            #expect(loaded.order.id == order.id)
            #expect(loaded.delivery.recipient?.rawValue == "ada@example.com")
            let completion = try await Self.job(shop, id)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            try await shop.emails.markSent(
                id, attempt: 1, receipt: EmailReceipt(reference: "queued"), completion: completion)
            #expect(try await shop.emails.beginSending(id) == .settled(.sent))
            #expect(try await shop.jobState(completion) == "done")
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.kind == .emailSent)
            #expect(try await shop.emails.beginSending(EmailDelivery.ID()) == .unknownDelivery)
            #expect(try await shop.emails.load(EmailDelivery.ID()) == nil)
            let email = try #require(try await shop.emails.list(about: order.id).first)
            #expect(email.delivery.id == id)
            #expect(email.delivery.status == .sent)
            #expect(email.sentAt != nil)
            #expect(try await shop.emails.list(about: Order.ID()) == [])
        }
    }

    @Test("what surely did not go out is tried again; what never can is not")
    func notSent() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            try await shop.emails.markNotSent(id, attempt: 1, reason: "421", fault: .passing, isFinal: false)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 2))
            try await shop.emails.markNotSent(id, attempt: 2, reason: "550", fault: .email, isFinal: true)
            #expect(try await shop.emails.beginSending(id) == .settled(.failed))
        }
    }

    @Test("an attempt that was cut off is unknown, and not sent again before somebody knows")
    func interrupted() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            #expect(try await shop.emails.beginSending(id) == .interrupted)
            #expect(try await shop.emails.beginSending(id) == .settled(.unknown))
            #expect(try await shop.emails.claimUnknown(waiting: .seconds(60)) == [])
            #expect(try await shop.emails.claimUnknown(waiting: .zero).map(\.id) == [id])
            #expect(try await shop.emails.claimUnknown(waiting: .zero) == [])
            try await shop.emails.resolveUnknown(id, by: .notAccepted)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == 2)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 2))
            try await shop.emails.markUnknown(id, attempt: 2, reason: "no reply")
            try await shop.emails.resolveUnknown(id, by: .accepted)
            #expect(try await shop.emails.beginSending(id) == .settled(.sent))
        }
    }

    @Test("where nothing is heard of it, it is sent once more, and then waits for a person or a late event")
    func silence() async throws {
        try await Shop.with { shop in
            let (id, order) = try await Self.delivery(shop)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            try await shop.emails.markUnknown(id, attempt: 1, reason: "no answer")
            #expect(try await shop.emails.resolveUnknown(id, by: .nothingHeard) == .pending)
            #expect(try await shop.emails.resolveUnknown(id, by: .nothingHeard) == .settledBefore)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 2))
            try await shop.emails.markUnknown(id, attempt: 2, reason: "no answer")
            #expect(try await !shop.emailEvents.handle(id).wasUnknown, "nothing was told")
            #expect(try await shop.emails.claimUnknown(waiting: .zero).map(\.id) == [id])
            #expect(try await shop.emails.resolveUnknown(id, by: .nothingHeard) == .parked)
            #expect(try await shop.emails.claimUnknown(waiting: .zero) == [])
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == 2)
            _ = try await shop.emailEvents.accept([Self.event(id, "delivered")])
            #expect(try await shop.emailEvents.handle(id).wasUnknown)
            #expect(try await shop.emails.beginSending(id) == .settled(.sent))
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.reason == "order_confirmation")
        }
    }

    @Test("a person's word settles what nobody else can, once and on record", arguments: [true, false])
    func byHand(wasTaken: Bool) async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            let audit = AuditEntry(
                actor: .system("test"), action: "email.resolved", subjectKind: "email", subjectID: id.description)
            #expect(
                try await !shop.emails.resolveByHand(id, wasTaken: wasTaken, audit: audit), "its outcome is not unknown"
            )
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            try await shop.emails.markUnknown(id, attempt: 1, reason: "no answer")
            #expect(try await shop.emails.parked() == [], "it may still be heard of")
            try await shop.database.execute("UPDATE email_deliveries SET updated_at = now() - interval '61 minutes'")
            #expect(try await shop.emails.parked().map(\.delivery.id) == [id])
            #expect(try await shop.emails.resolveByHand(id, wasTaken: wasTaken, audit: audit))
            #expect(try await !shop.emails.resolveByHand(id, wasTaken: wasTaken, audit: audit))
            #expect(try await shop.emails.beginSending(id) == (wasTaken ? .settled(.sent) : .send(attempt: 2)))
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == (wasTaken ? 1 : 2))
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'email.resolved'") == 1)
        }
    }

    static func event(
        _ id: EmailDelivery.ID, _ name: String, message: String = "m-1", at seconds: Double = 1_795_410_727
    ) -> EmailEvent {
        EmailEvent(
            deliveryID: id, messageID: message, name: name, reason: name == "delivered" ? nil : "550 no such user",
            at: Date(timeIntervalSince1970: seconds))
    }

    @Test("what the provider tells is kept once, however often it tells it, and a bounce is noted once")
    func events() async throws {
        try await Shop.with { shop in
            let (id, order) = try await Self.delivery(shop)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            try await shop.emails.markSent(id, attempt: 1, receipt: EmailReceipt(reference: "m-1"))
            let told = [Self.event(id, "processed"), Self.event(id, "bounce"), Self.event(id, "bounce")]
            #expect(try await shop.emailEvents.accept(told) == 2)
            #expect(try await shop.emailEvents.accept(told) == 0)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email_event.process'") == 1)
            #expect(try await shop.emailEvents.handle(id).bounce?.name == "bounce")
            let handled = try await shop.database.query("SELECT handled_at FROM email_events")
            #expect(try await shop.emailEvents.handle(id) == EmailUpdate(isKnown: true, wasUnknown: false, bounce: nil))
            let again = try await shop.database.query("SELECT handled_at FROM email_events")
            #expect(try again.map { try $0["handled_at"] as Date } == handled.map { try $0["handled_at"] as Date })
            // Another one, told later: the first reason stays.
            #expect(try await shop.emailEvents.accept([Self.event(id, "spamreport", at: 1_795_410_800)]) == 1)
            #expect(try await shop.emailEvents.handle(id).bounce == nil)
            let email = try #require(try await shop.emails.list(about: order.id).first)
            #expect(email.delivery.status == .sent)
            #expect(
                email.bouncedAt == Date(timeIntervalSince1970: 1_795_410_727)
                    && email.bounceReason == "550 no such user")
            let bounces = try await shop.orders.events(of: order.id, for: .staff)?.filter { $0.kind == .emailBounced }
            #expect(bounces?.map(\.reason) == ["bounce"], "and no address of a mailbox in it")
            #expect(try await shop.emailEvents.events(of: id).map(\.name) == ["processed", "bounce", "spamreport"])
            #expect(try await shop.emailEvents.purge(olderThan: .zero) == 3)
        }
    }

    @Test("an event that overtakes our own note of the sending waits for nothing and loses nothing")
    func early() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            _ = try await shop.emailEvents.accept([Self.event(id, "dropped")])
            #expect(try await shop.emailEvents.handle(id).bounce?.name == "dropped")
            try await shop.emails.markSent(id, attempt: 1, receipt: EmailReceipt(reference: "m-1"))
            #expect(try await shop.emails.beginSending(id) == .settled(.sent))
        }
    }

    @Test("cut off while sending, with an event that came before: it was accepted")
    func cutOff() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            _ = try await shop.emailEvents.accept([Self.event(id, "processed")])
            _ = try await shop.emailEvents.handle(id)
            #expect(try await shop.emails.beginSending(id) == .interrupted)
            let delivery = try #require(try await shop.emails.claimUnknown(waiting: .zero).first)
            let trace = try await RecordedEmailActivity(database: shop.database).trace(of: delivery, messageID: "<m>")
            #expect(trace == .accepted)
            #expect(try await shop.emails.resolveUnknown(id, by: trace) == .sent)
        }
    }

    @Test("events of an email that a restored database does not have are kept and harm nothing")
    func unknownDelivery() async throws {
        try await Shop.with { shop in
            let id = EmailDelivery.ID()
            try await shop.emailEvents.accept([Self.event(id, "bounce")])
            #expect(
                try await shop.emailEvents.handle(id) == EmailUpdate(isKnown: false, wasUnknown: false, bounce: nil))
            #expect(try await shop.count("SELECT count(*) FROM email_events WHERE handled_at IS NOT NULL") == 1)
        }
    }

    @Test("a stale attempt cannot mark anything")
    func stale() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            let job = try await Self.job(shop, id)
            let stale = JobCompletion(jobID: job.jobID, epoch: 0)
            #expect(try await shop.emails.beginSending(id) == .send(attempt: 1))
            await #expect(throws: JobFenced.self) {
                try await shop.emails.markSent(id, attempt: 1, receipt: EmailReceipt(reference: nil), completion: stale)
            }
            #expect(try await shop.emails.beginSending(id) == .interrupted)
            _ = try await shop.emailEvents.accept([Self.event(id, "bounce")])
            await #expect(throws: JobFenced.self) { try await shop.emailEvents.handle(id, completion: stale) }
            #expect(try await shop.count("SELECT count(*) FROM email_events WHERE handled_at IS NOT NULL") == 0)
            #expect(try await shop.emails.beginSending(id) == .settled(.unknown))
        }
    }

    private static func audit(_ id: EmailDelivery.ID? = nil) -> AuditEntry {
        AuditEntry(
            actor: .system("test"), action: "email.resent", subjectKind: "email", subjectID: id?.description ?? "all")
    }

    @Test("what failed or is refused is listed, counted, and can be sent again, one or all, on record")
    func resending() async throws {
        try await Shop.with { shop in
            var ids: [EmailDelivery.ID] = []
            for fault in [EmailFault.email, .passing, .shop, .policy] {
                let (id, _) = try await Self.delivery(shop, of: "PEN-\(fault.rawValue.uppercased())")
                _ = try await shop.emails.beginSending(id)
                try await shop.emails.markNotSent(id, attempt: 1, reason: "no", fault: fault, isFinal: !fault.isShops)
                ids.append(id)
            }
            func listed(_ filter: EmailFilter) async throws -> Set<EmailDelivery.ID> {
                Set(try await shop.emails.list(filter).items.map(\.delivery.id))
            }
            #expect(try await listed(.attention) == Set(ids))
            #expect(try await listed(.status(.failed)) == Set(ids[..<2]))
            #expect(try await listed(.refused) == Set(ids[2...]))
            #expect(try await shop.emails.counts() == EmailCounts(failed: 2, refused: 2, parked: 0))
            let first = try await shop.emails.list(.attention, page: PageRequest(limit: 3))
            let rest = try await shop.emails.list(.attention, page: PageRequest(limit: 3, cursor: first.nextCursor))
            #expect(
                first.items.count == 3 && Set((first.items + rest.items).map(\.delivery.id)) == Set(ids)
                    && rest.nextCursor == nil)

            guard case .requested(let email) = try await shop.emails.resend(ids[0], audit: Self.audit(ids[0])) else {
                Issue.record("not resent")
                return
            }
            #expect(email.delivery.status == .pending)
            #expect(try await listed(.status(.failed)) == [ids[1]])
            #expect(try await shop.emails.resendAll(kind: .refund, audit: Self.audit()).count == 0)
            #expect(try await shop.emails.resendAll(fault: .policy, audit: Self.audit()).count == 1)
            let (count, hasMore) = try await shop.emails.resendAll(limit: 1, audit: Self.audit())
            #expect(count == 1 && hasMore)
            #expect(try await shop.emails.resendAll(audit: Self.audit()).count == 1)
            #expect(try await listed(.attention) == [])
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == 8)
            let log = try await shop.database.query(
                "SELECT details ->> 'emails' AS emails FROM audit_log WHERE action = 'email.resent' ORDER BY id")
            #expect(try log.map { try $0["emails"] as String? } == [nil, "1", "1", "1"])
        }
    }

    @Test("what went out, or may have gone out, is not sent again")
    func notResent() async throws {
        try await Shop.with { shop in
            let (id, _) = try await Self.delivery(shop)
            #expect(try await shop.emails.resend(EmailDelivery.ID(), audit: Self.audit()) == .unknownDelivery)
            _ = try await shop.emails.beginSending(id)
            #expect(try await shop.emails.resend(id, audit: Self.audit(id)) == .refused(.sending))
            try await shop.emails.markUnknown(id, attempt: 1, reason: "no reply")
            #expect(try await shop.emails.resend(id, audit: Self.audit(id)) == .refused(.unknown))
            try await shop.emails.resolveUnknown(id, by: .accepted)
            #expect(try await shop.emails.resend(id, audit: Self.audit(id)) == .refused(.sent))
            #expect(try await shop.emails.resendAll(audit: Self.audit()).count == 0)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'email.resent'") == 0)
        }
    }
}
