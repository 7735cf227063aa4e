import CrashPoints
import Postgres
import TestSupport
import Testing

@Suite("Rows 15 and 16: money is taken and given back once", .serialized)
struct RefundingTests {
    /// A confirmed order of a shop whose worker has ended since.
    private func confirmed(_ shop: Shop) async throws -> (id: String, number: String) {
        let worker = try await shop.startWorker()
        let order = try await shop.order(try await shop.products()[0], quantity: 2)
        #expect(order.status == 201, "\(order.text)")
        try await shop.waitUntilSettled(within: .seconds(20))
        worker.terminate()
        try await worker.waitForExit()
        return (try #require(order.body?.id), "\(try #require(order.body?.number))")
    }

    private func sum(_ kind: String, _ shop: Shop) async throws -> [Int] {
        try await shop.movements().filter { $0.kind == kind }.map(\.amount)
    }

    private func payment(_ shop: Shop) async throws -> String {
        try await shop.database.pool.query("SELECT status FROM payments")[0]["status"]
    }

    @Test("row 15: the money taken, which is not stored", arguments: [false, true])
    func captured(keysForgotten: Bool) async throws {
        try await Shop.open(settings: ["PAYMENTS_CAPTURE": "manual"]) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let (id, number) = try await confirmed(shop)
            #expect(try await sum("charge", shop).isEmpty)
            let dying = try await shop.startWorker(settings: Shop.dying(at: .captured))
            try await shop.cartwright("orders", "capture", number)
            try await shop.waitForDeath(of: dying)
            #expect(try await payment(shop) == "authorized")
            #expect(try await sum("charge", shop).count == 1)

            if keysForgotten { try await shop.forgetKeys() }
            let worker = try await shop.startWorker()
            try await eventually(within: .seconds(30), "it is stored") { try await payment(shop) == "captured" }
            try await shop.settleUp()
            #expect(try await sum("charge", shop).count == 1)
            #expect(try await shop.orderStatus(id) == "confirmed")
            withExtendedLifetime((processes, worker)) {}
        }
    }

    enum Found: CaseIterable {
        /// The same key gives the same answer. There is more to give back, so nothing else would stop a second one.
        case byKey
        /// The provider has forgotten the key and refuses: there is nothing left to give back.
        case byRefusal
        /// The key is too old to be used: the refund that carries our id is looked for.
        case byList
    }

    @Test("row 16: the money given back, which is not stored", arguments: Found.allCases)
    func refunded(found: Found) async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let (id, number) = try await confirmed(shop)
            let dying = try await shop.startWorker(settings: Shop.dying(at: .refunded))
            if found == .byRefusal {
                try await shop.cartwright("orders", "refund", number)
            } else {
                try await shop.cartwright("orders", "refund", number, "--amount", "1.00")
            }
            try await shop.waitForDeath(of: dying)
            let before = try await sum("refund", shop)
            #expect(before.count == 1)
            let row = try await shop.database.pool.query("SELECT status, provider_refund_id FROM refunds")[0]
            #expect(try row["status"] == "requested")
            #expect(try (row["provider_refund_id"] as String?) == nil)
            #expect(try await shop.orderStatus(id) == "confirmed")

            if found != .byKey { try await shop.forgetKeys() }
            if found == .byList {
                try await shop.database.pool.execute("UPDATE refunds SET created_at = created_at - interval '1 day'")
            }
            let worker = try await shop.startWorker()
            try await shop.wait(for: found == .byRefusal ? "refunded" : "partially_refunded", of: id)
            try await shop.settleUp()
            #expect(try await sum("refund", shop) == before)
            withExtendedLifetime((processes, worker)) {}
        }
    }

    @Test("an order is called off at the provider, which is not stored")
    func calledOff() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            let standing = try await shop.startWorker(settings: Shop.stopping(at: .intentRecorded))
            let order = try await shop.order(product, wait: nil)
            let id = try #require(order.body?.id)
            try await shop.waitUntilStopped(standing)
            let dying = try await shop.startWorker(settings: Shop.dying(at: .orderCanceled))
            #expect(try await shop.cancel(order).status == 202)
            try await shop.waitForDeath(of: dying)
            try await shop.expect(
                OrderState(order: "reserved", payment: "confirming", hasIntent: true, stock: "held", job: "running"),
                of: id)
            #expect(try await shop.intents(of: id).map(\.status) == ["canceled"])

            standing.resume()
            try await shop.wait(for: "canceled", of: id)
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).isEmpty)
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            withExtendedLifetime((processes, standing)) {}
        }
    }
}
