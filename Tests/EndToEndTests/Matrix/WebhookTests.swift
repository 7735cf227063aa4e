import CrashPoints
import Foundation
import OutboundHTTP
import Postgres
import Storage
import TestSupport
import Testing

@Suite(
    "Rows 9, 16, 17 and 18: what the provider tells by itself, before, instead of and after what we ask", .serialized)
struct WebhookTests {
    private static let charged = OrderState(
        order: "reserved", payment: "confirming", hasIntent: true, stock: "held", job: "running")

    /// For workers that must not hear of events themselves.
    private static let deaf = ["WORKER_QUEUES": "checkout=4,payments=4,email=4"]

    /// A worker that does what others left undone, without their checkouts and refunds.
    private func startHelper(_ shop: Shop, _ queue: String) async throws -> ManagedProcess {
        try await shop.startWorker(settings: ["WORKER_QUEUES": "\(queue)=4,email=4"], queue: queue)
    }

    @Test("row 9: charged, not stored, and the webhook settles it")
    func settledByWebhook() async throws {
        try await Shop.open(webhooks: true) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let id = try await shop.place(
                try await shop.products()[0], dyingAt: .charged, leaving: Self.charged, charged: 1, settings: Self.deaf)
            let helper = try await startHelper(shop, "webhooks")
            try await shop.wait(for: "confirmed", of: id)
            try await eventually(within: .seconds(15), "that was the event's doing") {
                try await shop.outcomes(of: "payment_intent.succeeded") == ["confirmed"]
            }
            #expect(try await shop.state(of: id).job == "running")
            // The checkout job comes after it and finds nothing to do.
            let worker = try await shop.recover(id)
            try await eventually(within: .seconds(15), "the checkout job is done") {
                try await shop.state(of: id).job == "done"
            }
            withExtendedLifetime((processes, helper, worker)) {}
        }
    }

    @Test("row 9: charged, not stored, the job gone, and the reconciler settles it")
    func settledByReconciler() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let id = try await shop.place(
                try await shop.products()[0], dyingAt: .charged, leaving: Self.charged, charged: 1, settings: Self.deaf)
            try await shop.database.pool.execute(
                "UPDATE jobs SET state = 'discarded', process = NULL, finished_at = now() WHERE name = 'order.checkout'"
            )
            let helper = try await startHelper(shop, "reconcile")
            try await shop.cartwright("payments", "reconcile", "--since", "1h", "--without-delay")
            try await shop.wait(for: "confirmed", of: id)
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
            #expect(try await shop.cartwright("payments", "breaks", "--status", "closed").contains("behind"))
            withExtendedLifetime((processes, helper)) {}
        }
    }

    @Test("row 16: given back, not stored, and the webhook settles it")
    func refundSettledByWebhook() async throws {
        try await Shop.open(webhooks: true) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let dying = try await shop.startWorker(settings: Shop.dying(at: .refunded).merging(Self.deaf) { $1 })
            let order = try await shop.order(try await shop.products()[0])
            let id = try #require(order.body?.id)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.cartwright("orders", "refund", "\(try #require(order.body?.number))")
            try await shop.waitForDeath(of: dying)
            #expect(try await shop.orderStatus(id) == "confirmed")
            let helper = try await startHelper(shop, "webhooks")
            try await shop.wait(for: "refunded", of: id)
            let worker = try await shop.startWorker()
            try await shop.waitUntilMoneyIsBack()
            try await shop.settleUp()
            #expect(try await shop.movements().filter { $0.kind == "refund" }.count == 1)
            withExtendedLifetime((processes, helper, worker)) {}
        }
    }

    @Test("row 17: told before the charge is stored")
    func beforeTheSettlement() async throws {
        try await Shop.open(webhooks: true) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let standing = try await shop.startWorker(settings: Shop.stopping(at: .charged).merging(Self.deaf) { $1 })
            let id = try #require(try await shop.order(try await shop.products()[0], wait: nil).body?.id)
            try await shop.waitUntilStopped(standing)
            let helper = try await startHelper(shop, "webhooks")
            try await shop.wait(for: "confirmed", of: id)
            try await eventually(within: .seconds(15), "that was the event's doing") {
                try await shop.outcomes(of: "payment_intent.succeeded") == ["confirmed"]
            }
            standing.resume()
            try await eventually("the checkout is over") { try await shop.state(of: id).job == "done" }
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
            withExtendedLifetime((processes, standing, helper)) {}
        }
    }

    /// Somebody confirms the intent at the provider before we know of it.
    @Test("row 17: told before the intent is stored")
    func beforeTheIntent() async throws {
        try await Shop.open(webhooks: true) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let standing = try await shop.startWorker(
                settings: Shop.stopping(at: .intentCreated).merging(Self.deaf) { $1 })
            let id = try #require(try await shop.order(try await shop.products()[0], wait: nil).body?.id)
            try await shop.waitUntilStopped(standing)
            #expect(try await shop.state(of: id).hasIntent == false)
            let intent = try #require(try await shop.intents(of: id).first?.id)
            try await shop.confirmAtProvider(intent)
            let helper = try await startHelper(shop, "webhooks")
            try await shop.wait(for: "confirmed", of: id)
            standing.resume()
            try await eventually("the checkout is over") { try await shop.state(of: id).job == "done" }
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
            #expect(try await shop.intents(of: id).map(\.status) == ["succeeded"])
            withExtendedLifetime((processes, standing, helper)) {}
        }
    }

    @Test("row 17: told before the provider's own answer, of every order")
    func beforeTheAnswer() async throws {
        try await Shop.running(webhooks: true) { shop in
            try await shop.misbehave(#"{"latency_ms": 30, "faults": [{"kind": "webhook_before_answer", "rate": 1}]}"#)
            let product = try await shop.products()[0]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 { group.addTask { try await shop.order(product).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 201, count: 10))
            try await shop.waitUntilEventsAreHandled()
            try await shop.settleUp()
            #expect(try await shop.stock(of: product) == (product.onHand - 10, 0))
        }
    }

    /// The event is taken, because it is durable, and its job waits for the order.
    @Test("row 17: told of an order that is not there")
    func unknownOrder() async throws {
        try await Shop.running(webhooks: true) { shop in
            let stranger = UUID().uuidString.lowercased()
            try await shop.charge(order: stranger)
            try await eventually(within: .seconds(20), "the event is taken, not handled, and tried again") {
                try await shop.database.pool.query(
                    """
                    SELECT 1 FROM webhook_events AS e JOIN jobs AS j ON j.name = 'payment_event.process'
                        AND j.payload ->> 'eventID' = e.event_id
                     WHERE e.type = 'payment_intent.succeeded' AND e.handled_at IS NULL AND j.state = 'ready'
                         AND j.attempts > 0
                    """
                ).count == 1
            }
            #expect(try await shop.tellings().filter { $0.type == "payment_intent.succeeded" }.allSatisfy(\.delivered))
            #expect(try await shop.onlyOrder() == nil)
            #expect(try await Invariants(database: shop.database.pool).check() == [])
        }
    }

    @Test("row 18: a decline is told after another card has paid")
    func lateDecline() async throws {
        try await Shop.running(webhooks: true) { shop in
            try await shop.misbehave(
                #"""
                {"faults": [{"kind": "webhook_late", "event": "payment_intent.payment_failed", "ms": 2500, "rate": 1}]}
                """#
            )
            let order = try await shop.order(try await shop.products()[0], method: "pm_card_visa_chargeDeclined")
            #expect(order.status == 402)
            let id = try #require(order.orderID)
            #expect(try await shop.pay(order, method: "pm_card_mastercard").status == 201)
            #expect(
                try await shop.database.pool.query(
                    "SELECT 1 FROM webhook_events WHERE type = 'payment_intent.payment_failed'"
                ).isEmpty)
            try await eventually(within: .seconds(20), "the decline is heard") {
                try await shop.outcomes(of: "payment_intent.payment_failed") == ["outranked"]
            }
            try await shop.waitUntilEventsAreHandled()
            let state = try await shop.state(of: id)
            #expect(state.order == "confirmed" && state.payment == "captured", "\(state)")
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
        }
    }
}

extension Shop {
    /// Confirms an intent as somebody could in the provider's own pages.
    fileprivate func confirmAtProvider(_ intent: String) async throws {
        try await form("/v1/payment_intents/\(intent)/confirm", "payment_method=pm_card_visa")
    }

    /// Charges a card for an order of which the shop knows nothing.
    fileprivate func charge(order: String) async throws {
        let rows = try await database.pool.query("SELECT id::text AS id FROM shop_identity")
        let shop: String = try #require(rows.first)["id"]
        try await form(
            "/v1/payment_intents",
            "amount=500&currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[0]=card"
                + "&metadata[order_id]=\(order)&metadata[shop]=\(shop)")
    }

    private func form(_ path: String, _ form: String) async throws {
        let answer = try await http.send(
            OutboundRequest(
                method: "POST", url: sandbox + path,
                headers: [
                    "Content-Type": "application/x-www-form-urlencoded", "Authorization": "Bearer sk_test_endtoend",
                ],
                body: Array(form.utf8)))
        guard answer.status == 200 else { throw Failed(what: String(decoding: answer.body, as: UTF8.self)) }
    }
}
