import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@Suite("Row 21: a database restored to an earlier point", .serialized, .timeLimit(.minutes(3)))
struct RestoreTests {
    @Test("every charge belongs to a confirmed order, or goes back, or is an open break")
    func everyChargeIsAnswered() async throws {
        try await Shop.open { shop in
            var (sandbox, api, worker) = try await shop.startAll()
            let product = try await shop.products()[0]
            let kept = try await shop.order(product)
            #expect(kept.status == 201, "\(kept.text)")
            // One is being charged, and one waits for a worker, while the dump is made.
            try await shop.misbehave(#"{"faults": [{"kind": "hang", "endpoint": "confirm", "rate": 1}]}"#)
            let half = try #require(try await shop.order(product, wait: nil).body?.id)
            try await eventually("it is being charged") {
                try await shop.database.pool.query(
                    "SELECT 1 FROM payments WHERE order_id = \(half)::uuid AND status = 'confirming'"
                ).count
                    == 1
            }
            worker.kill()
            let waiting = try #require(try await shop.order(product, wait: nil).body?.id)
            let file = "\(NSTemporaryDirectory())/cartwright-dump-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await shop.database.dump(to: file)

            // What the dump knows nothing of: the end of both, orders that are paid, given back, declined, and charged
            // without anybody knowing.
            try await shop.behave()
            worker = try await shop.startWorker()
            for id in [half, waiting] {
                try await eventually(within: .seconds(30), "it is paid") {
                    try await shop.orderStatus(id) == "confirmed"
                }
            }
            let (lost, returned) = (try await shop.order(product), try await shop.order(product))
            #expect(lost.status == 201 && returned.status == 201)
            for (order, amount) in [(kept, ["--amount", "1.00"]), (returned, [])] {
                try await shop.refund(order, amount)
            }
            #expect(try await shop.order(product, method: "pm_card_visa_chargeDeclined").status == 402)
            try await shop.misbehave(
                """
                {"faults": [{"kind": "drop_after_commit", "endpoint": "confirm", "rate": 1},
                 {"kind": "drop_before", "endpoint": "retrieve", "rate": 1}]}
                """)
            let unknown = try #require(try await shop.order(product, wait: nil).body?.id)
            try await eventually("it is charged") { try await shop.movements().contains { $0.order_id == unknown } }
            for process in [worker, api] { process.kill() }
            try await shop.behave()

            try await shop.database.restore(from: file)
            api = try await shop.startAPI()
            worker = try await shop.startWorker()
            // Three charges are of orders that are gone, one of which went back before; the other two go back now.
            try await shop.cartwright("payments", "reconcile", "--since", "1h", "--without-delay", expecting: 3)
            try await shop.waitUntilMoneyIsBack()
            #expect(
                try await shop.database.pool.query("SELECT 1 FROM refunds WHERE reason = 'order_unknown'").count == 2)
            for id in [half, waiting] {
                try await eventually(within: .seconds(30), "it is settled") {
                    try await shop.orderStatus(id) == "confirmed"
                }
            }
            let second = try await shop.cartwright("payments", "reconcile", "--since", "1h", "--without-delay")
            #expect(second.contains("The books agree."), "\(second)")
            #expect(try await shop.cartwright("payments", "breaks").contains("No break"))
            #expect(try await shop.cartwright("payments", "breaks", "--all").contains("order_unknown"))
            #expect(try await shop.orderStatus(try #require(kept.body?.id)) == "partially_refunded")
            #expect(try await shop.orderStatus(try #require(lost.body?.id)) == nil)
            try await shop.waitUntilSettled(within: .seconds(30))
            try await shop.checkEveryChargeIsAnswered()
            // The declined one cannot be charged any more either.
            #expect(try await shop.intents().allSatisfy { ["succeeded", "canceled"].contains($0.status) })
            for violation in try await Invariants(database: shop.database.pool).check() { Issue.record("\(violation)") }
            // A new order goes on as ever.
            #expect(try await shop.order(product).status == 201)
            withExtendedLifetime((sandbox, api, worker)) {}
            sandbox.terminate()
        }
    }

    @Test("row 7 b: an intent whose key the provider has forgotten is called off, and its order charged once")
    func janitor() async throws {
        try await Shop.running { shop in
            try await shop.misbehave(
                """
                {"faults": [{"kind": "drop_after_commit", "endpoint": "create", "count": 1, "rate": 1},
                 {"kind": "drop_before", "endpoint": "create", "rate": 1}]}
                """)
            let order = try await shop.order(try await shop.products()[0], wait: nil)
            try await eventually("an intent was made and its answer lost") { try await shop.intents().count == 1 }
            let orphan = try #require(try await shop.intents().first)
            try await shop.forgetKeys()
            try await shop.behave()
            let id = try #require(order.body?.id)
            try await eventually(within: .seconds(30), "it is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            #expect(try await shop.intents().map(\.status).sorted() == ["requires_payment_method", "succeeded"])
            _ = try await shop.cartwright("payments", "reconcile", "--since", "10m", "--without-delay")
            #expect(try await shop.intents().first { $0.id == orphan.id }?.status == "canceled")
            #expect(try await shop.cartwright("payments", "breaks", "--status", "closed").contains(orphan.id))
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }
}

extension Shop {
    /// Gives money of an order back and waits until it has gone.
    fileprivate func refund(_ order: Answer, _ amount: [String]) async throws {
        let (number, id) = (try #require(order.body?.number), try #require(order.body?.id))
        if let amount = amount.last {
            try await cartwright("orders", "refund", "\(number)", "--amount", amount)
        } else {
            try await cartwright("orders", "refund", "\(number)")
        }
        try await eventually("it went back") {
            try await self.movements().contains { $0.order_id == id && $0.kind == "refund" }
        }
    }
}
