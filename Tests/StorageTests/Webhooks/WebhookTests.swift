import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

@Suite("An event is taken once, and handled once")
struct WebhookTests {
    private func counts(_ shop: Shop) async throws -> [Int] {
        [
            try await shop.count("SELECT count(*) FROM webhook_events"),
            try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment_event.process'"),
            try await shop.count(
                "SELECT count(DISTINCT payload ->> 'eventID') FROM jobs WHERE name = 'payment_event.process'"),
        ]
    }

    @Test("each comes with one job, however often it is given")
    func accept() async throws {
        try await Shop.with { shop in
            let new = [
                try await shop.webhooks.accept([.sample("evt_1")]), try await shop.webhooks.accept([.sample("evt_1")]),
                try await shop.webhooks.accept([.sample("evt_2"), .sample("evt_1"), .sample("evt_2")]),
                try await shop.webhooks.accept([]),
            ]
            #expect(new == [[true], [false], [true, false, true], []])
            #expect(try await counts(shop) == [2, 2, 2])
        }
    }

    @Test("many at once, in any order, neither lock each other up nor take one twice")
    func atOnce() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let ids = (1...40).map { "evt_\($0)" }
            let new = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 {
                    group.addTask {
                        try await shop.webhooks.accept(ids.shuffled().map { .sample($0) }).filter(\.self).count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(new == 40)
            #expect(try await counts(shop) == [40, 40, 40])
        }
    }

    @Test("its job finds it as it was signed, until it is handled")
    func load() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1", "refund.failed"), .sample("evt_2")])
            try await shop.database.execute(
                "UPDATE webhook_events SET type = 'payment_intent.of_tomorrow' WHERE event_id = 'evt_2'")
            let events = try await shop.webhooks.load(["evt_2", "evt_none", "evt_1"])
            #expect(events.map { $0?.id } == ["evt_2", nil, "evt_1"])
            #expect(events.map { $0?.type } == ["payment_intent.of_tomorrow", nil, "refund.failed"])
            #expect(events[2]?.payload == #"{"id":"evt_1"}"#)
            let completion = try await shop.startJob(ofEvent: "evt_1")
            try await mark("evt_1", .refundRecorded, completion, in: shop)
            #expect(try await shop.jobState(completion) == "done")
            let handled = try #require(await shop.webhooks.load(["evt_1"])[0])
            #expect(handled.payload == nil)
            #expect(try await outcome("evt_1", in: shop) == "refund_recorded")
        }
    }

    @Test("what was handled stays as it was handled")
    func twice() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1")])
            try await mark("evt_1", .confirmed, shop.startJob(ofEvent: "evt_1"), in: shop)
            try await mark("evt_1", .alreadyKnown, nil, in: shop)
            #expect(try await outcome("evt_1", in: shop) == "confirmed")
        }
    }

    @Test("a stale attempt marks nothing, and takes nobody with it")
    func fenced() async throws {
        try await Shop.with { shop in
            _ = try await shop.webhooks.accept([.sample("evt_1"), .sample("evt_2"), .sample("evt_3")])
            var events: [HandledEvent] = []
            for id in ["evt_1", "evt_2", "evt_3"] {
                let completion = try await shop.startJob(ofEvent: id, epoch: 7)
                let stale = JobCompletion(jobID: completion.jobID, epoch: 6)
                events.append(HandledEvent(id: id, outcome: .confirmed, completion: id == "evt_2" ? stale : completion))
            }
            let results = await shop.webhooks.markHandled(events)
            #expect(throws: Never.self) { try results[0].get() }
            #expect(throws: JobFenced.self) { try results[1].get() }
            #expect(throws: Never.self) { try results[2].get() }
            #expect(try await outcome("evt_1", in: shop) == "confirmed")
            #expect(try await outcome("evt_2", in: shop) == nil)
            #expect(try await outcome("evt_3", in: shop) == "confirmed")
        }
    }

    @Test("what cannot be joined stays in sight")
    func unmatchedEvents() async throws {
        try await Shop.with { shop in
            for (index, outcome) in PaymentEventOutcome.allCases.enumerated() {
                _ = try await shop.webhooks.accept([.sample("evt_\(index)")])
                try await mark("evt_\(index)", outcome, shop.startJob(ofEvent: "evt_\(index)"), in: shop)
            }
            let matters = try await shop.webhooks.unmatched()
            #expect(Set(matters.map(\.outcome)) == Set(PaymentEventOutcome.allCases.filter(\.isUnmatched)))
            #expect(matters.allSatisfy { $0.type == "payment_intent.succeeded" && $0.objectID == "pi_1" })
            // Once a reconciliation has come across the same it is shown there.
            let finding = ReconciliationFinding(
                .foreign, .intent, "pi_1", orderID: nil, amount: nil, reason: "?", resolution: .askOperator)
            _ = try await ReconciliationStore(database: shop.database).note(finding)
            #expect(try await shop.webhooks.unmatched() == [])
        }
    }

    @Test("what was handled long ago is forgotten, what waits is not", arguments: [1, 2, 100])
    func purge(batch: Int) async throws {
        try await Shop.with(expectingInvariants: false) { shop in
            for id in ["evt_old_1", "evt_old_2", "evt_old_3", "evt_new", "evt_waiting"] {
                _ = try await shop.webhooks.accept([.sample(id)])
            }
            for id in ["evt_old_1", "evt_old_2", "evt_old_3", "evt_new"] {
                try await mark(id, .confirmed, shop.startJob(ofEvent: id), in: shop)
            }
            try await shop.database.execute(
                "UPDATE webhook_events SET handled_at = now() - interval '31 days' WHERE event_id LIKE 'evt_old%'")
            try await shop.database.execute("UPDATE webhook_events SET received_at = now() - interval '40 days'")
            #expect(try await shop.webhooks.purgeHandled(batch: batch) == 3)
            let left: [String] = try await shop.database.query("SELECT event_id FROM webhook_events ORDER BY 1").map {
                try $0["event_id"]
            }
            #expect(left == ["evt_new", "evt_waiting"])
        }
    }

    private func mark(_ id: String, _ outcome: PaymentEventOutcome, _ completion: JobCompletion?, in shop: Shop)
        async throws
    {
        for result in await shop.webhooks.markHandled([HandledEvent(id: id, outcome: outcome, completion: completion)])
        { try result.get() }
    }

    private func outcome(_ id: String, in shop: Shop) async throws -> String? {
        try #require(try await shop.database.query("SELECT outcome FROM webhook_events WHERE event_id = \(id)").first)[
            "outcome"]
    }
}
