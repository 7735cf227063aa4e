import Domain
import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import Storage
import Testing

@Suite("An event waits, is handled, or is ignored on an operator's word, and can be replayed")
struct EventStateTests {
    private func entry(_ action: String) -> AuditEntry {
        AuditEntry(actor: .system("test"), action: action, subjectKind: "webhook_event", subjectID: "evt_1")
    }

    private func jobs(_ id: String, in shop: Shop) async throws -> [String] {
        try await shop.database.query(
            "SELECT state FROM jobs WHERE name = 'payment_event.process' AND payload ->> 'eventID' = \(id) ORDER BY id"
        ).map { try $0["state"] }
    }

    private func end(_ id: String, _ state: String, in shop: Shop) async throws {
        let reason: String? = state == "dead" ? "permanent" : nil
        try await shop.database.execute(
            """
            UPDATE jobs SET state = \(state), reason = \(reason), finished_at = now()
             WHERE payload ->> 'eventID' = \(id) AND state = 'ready'
            """)
    }

    private func mark(_ id: String, _ outcome: PaymentEventOutcome, in shop: Shop) async throws {
        for result in await shop.webhooks.markHandled([HandledEvent(id: id, outcome: outcome)]) { try result.get() }
    }

    @Test(
        "one whose job was discarded is replayed, and posting it again brings it a job, too",
        arguments: ["dead", "discarded"])
    func abandoned(state: String) async throws {
        try await Shop.with(expectingInvariants: false) { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1")])
            try await end("evt_1", state, in: shop)
            guard
                case .done(let event) = try await shop.webhooks.replay("evt_1", noting: entry("webhook_event.replayed"))
            else {
                throw Unexpected(what: "not replayed")
            }
            #expect(event.state == .waiting)
            #expect(
                try await jobs("evt_1", in: shop) == ["discarded", "ready"],
                "the new job takes the place of the dead one")
            // While one waits no second one is made.
            _ = try await shop.webhooks.replay("evt_1", noting: entry("webhook_event.replayed"))
            #expect(try await jobs("evt_1", in: shop) == ["discarded", "ready"])
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'webhook_event.replayed'") == 2)

            try await end("evt_1", "discarded", in: shop)
            try await shop.database.execute("DELETE FROM job_unique_keys")
            #expect(try await shop.webhooks.accept([.sample("evt_1")]) == [false])
            #expect(
                try await jobs("evt_1", in: shop) == ["discarded", "discarded"],
                "just received: its job may be on its way")
            try await shop.database.execute("UPDATE webhook_events SET received_at = now() - interval '2 minutes'")
            for _ in 0..<3 { #expect(try await shop.webhooks.accept([.sample("evt_1")]) == [false]) }
            #expect(try await jobs("evt_1", in: shop) == ["discarded", "discarded", "ready"])
        }
    }

    @Test("one that is ignored says who said so and why, is no fault any more, and can be replayed")
    func ignored() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1")])
            try await end("evt_1", "dead", in: shop)
            try await shop.database.execute("UPDATE webhook_events SET received_at = now() - interval '2 hours'")
            #expect(try await shop.invariants.check().map(\.name) == ["webhook_event_handled"])
            func ignore(_ id: String) async throws -> WebhookEventChange {
                try await shop.webhooks.ignore(
                    id, note: "not ours", by: .system("test"), noting: entry("webhook_event.ignored"))
            }
            guard case .done(let event) = try await ignore("evt_1") else { throw Unexpected(what: "not ignored") }
            #expect(event.state == .ignored && event.ignoredBy == "system:test" && event.note == "not ours")
            #expect(try await shop.invariants.check() == [])
            #expect(try await jobs("evt_1", in: shop) == ["discarded"])
            #expect(try await shop.webhooks.load(["evt_1"])[0]?.payload == nil, "its job has nothing to act on")
            _ = try await ignore("evt_1")
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'webhook_event.ignored'") == 1)
            #expect(try await ignore("evt_none") == .unknown)

            #expect(try await shop.webhooks.replayAll(.ignored, noting: entry("webhook_events.replayed")) == 1)
            #expect(try await shop.webhooks.load(["evt_1"])[0]?.payload == #"{"id":"evt_1"}"#)
            #expect(try await jobs("evt_1", in: shop) == ["discarded", "ready"])
            try await shop.database.execute("UPDATE webhook_events SET received_at = now()")
        }
    }

    @Test("a job that waits under its former name is the event's job all the same")
    func formerName() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1"), .sample("evt_2")])
            let renamed: SQL = "UPDATE jobs SET name = 'payments.event' WHERE name = 'payment_event.process'"
            #expect(try await shop.database.execute(renamed) == 2)
            #expect(try await shop.invariants.check() == [])
            _ = try await shop.webhooks.replay("evt_1", noting: entry("webhook_event.replayed"))
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE payload ->> 'eventID' = 'evt_1'") == 1)
            _ = try await shop.webhooks.ignore(
                "evt_2", note: "not ours", by: .system("test"), noting: entry("webhook_event.ignored"))
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE state = 'discarded'") == 1)
        }
    }

    @Test("one that was handled is not, and one that could not be joined to anything can be replayed or ignored")
    func handled() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1"), .sample("evt_2"), .sample("evt_3")])
            for id in ["evt_1", "evt_2", "evt_3"] { try await end(id, "done", in: shop) }
            try await mark("evt_1", .confirmed, in: shop)
            for id in ["evt_2", "evt_3"] { try await mark(id, .unknownOrder, in: shop) }
            guard case .handled = try await shop.webhooks.replay("evt_1", noting: entry("x")) else {
                throw Unexpected(what: "replayed")
            }
            guard case .handled = try await shop.webhooks.ignore("evt_1", note: "n", by: .guest, noting: entry("x"))
            else {
                throw Unexpected(what: "ignored")
            }
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'x'") == 0)
            #expect(try await shop.webhooks.unmatched().count == 2)
            _ = try await shop.webhooks.ignore("evt_3", note: "n", by: .guest, noting: entry("y"))
            #expect(try await shop.webhooks.unmatched().map(\.eventID) == ["evt_2"])
            #expect(try await shop.webhooks.replayAll(.unmatched, noting: entry("z")) == 1)
            #expect(try await jobs("evt_2", in: shop) == ["done", "ready"])
            #expect(try await shop.webhooks.events(.waiting).items.map(\.id) == ["evt_2"])
            #expect(try await shop.webhooks.events(.handled).items.map(\.id) == ["evt_1"])
            #expect(try await shop.webhooks.events(.ignored).items.map(\.id) == ["evt_3"])
            #expect(try await Set(shop.webhooks.events().items.map(\.id)) == ["evt_1", "evt_2", "evt_3"])
        }
    }

    @Test("events whose jobs were all discarded count as ignored, those of which one is left do not")
    func leftBehind() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1"), .sample("evt_2")])
            try await end("evt_1", "discarded", in: shop)
            #expect(try await shop.webhooks.ignoreAbandoned(note: "Its job was discarded.", by: .system("test")) == 1)
            #expect(try await shop.webhooks.event("evt_1")?.state == .ignored)
            #expect(try await shop.webhooks.event("evt_2")?.state == .waiting)
        }
    }

    @Test("a page goes on where the one before ended")
    func pages() async throws {
        try await Shop.with { shop in
            for index in 1...5 { _ = try await shop.webhooks.accept([.sample("evt_\(index)")]) }
            var seen: [String] = []
            var cursor: String?
            repeat {
                let page = try await shop.webhooks.events(page: PageRequest(limit: 2, cursor: cursor))
                seen += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen == ["evt_5", "evt_4", "evt_3", "evt_2", "evt_1"])
        }
    }

    @Test("the version of the provider's API that events are written in is noticed")
    func versions() async throws {
        try await Shop.with { shop in
            func event(_ id: String, _ version: String?) -> PaymentNotification {
                PaymentNotification(
                    id: id, type: "payment_intent.succeeded", isLive: false, objectID: nil, apiVersion: version,
                    occurredAt: Date(), payload: "{}")
            }
            _ = try await shop.webhooks.accept([event("evt_1", "2024-10-28.acacia"), event("evt_2", nil)])
            #expect(try await shop.webhooks.otherVersions(than: "2024-10-28.acacia") == [])
            _ = try await shop.webhooks.accept([event("evt_3", "2024-06-20")])
            #expect(try await shop.webhooks.otherVersions(than: "2024-10-28.acacia") == ["2024-06-20"])
        }
    }
}

@Suite("What a job leaves behind when it is discarded is told")
struct JobRemainsTests {
    @Test("events, refunds, captures, cancellations, checkouts and emails; nothing once they are done")
    func remains() async throws {
        try await Shop.with(expectingInvariants: false) { shop in
            let inspector = JobInspector(database: shop.database, dispatcher: shop.dispatcher)
            let remains = JobRemains(database: shop.database, provider: "acme")
            func told(_ name: String) async throws -> [String] {
                try await remains.of(try await inspector.list(JobFilter(name: name), limit: 10).items)
            }
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            #expect(try await told("order.checkout") == [], "the order is paid")
            #expect(
                try await told("email.send").first?.contains("order_confirmation about order \(order.number)") == true)
            _ = try await shop.webhooks.accept([.sample("evt_1")])
            #expect(
                try await told("payment_event.process").first?.contains("evt_1 (payment_intent.succeeded of pi_1)")
                    == true)
            _ = try await shop.refunds.request(
                RefundRequest(orderID: order.id, amount: Money(100, .usd), key: "k", actor: .system("test")))
            #expect(try await told("payment.refund").first?.contains("over 1.00 USD stays requested") == true)
            let waiting = try await shop.place(shop.express(shop.product("INK", stock: 5), key: "key-2"))
            #expect(
                try await told("order.checkout") == [
                    "Order \(waiting.number) stays pending and is not paid until its time is up."
                ])
            try await shop.database.execute(
                "UPDATE webhook_events SET handled_at = now(), outcome = 'confirmed', payload = NULL")
            #expect(try await told("payment_event.process") == [])
        }
    }
}
