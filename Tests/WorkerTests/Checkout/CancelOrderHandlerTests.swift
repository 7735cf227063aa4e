import Domain
import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("Calling off asks the provider first", .timeLimit(.minutes(1)))
struct CancelOrderHandlerTests {
    private func run(_ id: Order.ID, in shop: Shop) async throws {
        let context = try await shop.claim(CancelOrder.self, "orderID", id.description)
        let handler = CancelOrderHandler(
            orders: shop.orders, store: shop.store, checkouts: shop.checkouts, payments: shop.payments)
        try await handler.run(CancelOrder(orderID: id), in: context)
    }

    private func cancel(_ id: Order.ID, in shop: Shop) async throws {
        let outcome = try await shop.orders.cancel(
            id, by: .staff, reason: "requested_by_customer", actor: .system("test"))
        guard case .started = outcome else { throw Unexpected(what: "not started: \(outcome)") }
    }

    @Test("a payment that has not been charged is called off, and can't be charged any more")
    func notCharged() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 5)
            let facts = try await shop.confirming(pen)
            try await cancel(facts.orderID, in: shop)
            try await run(facts.orderID, in: shop)
            #expect(try await shop.facts(facts.orderID).status == .canceled)
            #expect(try await shop.stock.stock(pen.sku) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            // The worker that was about to charge finds it so.
            let found = try await shop.charge(facts).run(attempt: facts.attempt)
            #expect(found.status == .canceled)
            #expect(try await shop.settle(facts).settlement == .ignore(.alreadyKnown))
            #expect(shop.payments.charges == 0)
            try await run(facts.orderID, in: shop)
        }
    }

    @Test("a payment that was charged first is settled and given back", arguments: [false, true])
    func charged(isSettled: Bool) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 5)
            let facts = try await shop.confirming(pen)
            try await cancel(facts.orderID, in: shop)
            _ = try await shop.charge(facts).run(attempt: facts.attempt)
            if isSettled { try await shop.settle(facts) }
            try await run(facts.orderID, in: shop)
            #expect(try await shop.facts(facts.orderID).status == .canceled)
            #expect(try await shop.facts(facts.orderID).paymentStatus == .captured)
            #expect(try await shop.stock.stock(pen.sku) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            let refunds = try await shop.refunds.refunds(of: facts.orderID)
            #expect(refunds.map(\.amount) == [facts.amount])
            // The worker's own news come last, and change nothing.
            #expect(try await shop.settle(facts).settlement == .ignore(.alreadyKnown))
            try await run(facts.orderID, in: shop)
            #expect(try await shop.refunds.refunds(of: facts.orderID) == refunds)
        }
    }

    @Test("money that is only held is let go, and nothing is given back")
    func held() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 5)
            let facts = try await shop.confirming(pen)
            shop.payments.change(try #require(facts.intentID), to: .requiresCapture)
            try await shop.settle(facts)
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
            try await cancel(facts.orderID, in: shop)
            try await run(facts.orderID, in: shop)
            #expect(try await shop.facts(facts.orderID).status == .canceled)
            #expect(try await shop.facts(facts.orderID).paymentStatus == .canceled)
            #expect(try await shop.stock.stock(pen.sku) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            #expect(try await shop.refunds.refunds(of: facts.orderID) == [])
        }
    }

    @Test("goods shipped while the payment was asked about stay with the customer, who gets one confirmation")
    func alreadyShipped() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            try await cancel(facts.orderID, in: shop)
            _ = try await shop.charge(facts).run(attempt: facts.attempt)
            try await shop.settle(facts)
            // A program of the version before did not ask whether the order is being canceled.
            try await shop.database.pool.execute(
                """
                WITH shipment AS (
                    INSERT INTO shipments (id, order_id, created_by, request_key, request_digest)
                    SELECT gen_random_uuid(), id, 'system:test', 'test', '' FROM orders RETURNING id, order_id
                ), items AS (
                    INSERT INTO shipment_items (shipment_id, sku, product_id, quantity)
                    SELECT s.id, i.sku, i.product_id, i.quantity
                      FROM shipment AS s JOIN order_items AS i ON i.order_id = s.order_id
                )
                UPDATE orders SET fulfillment_status = 'fulfilled'
                """)
            try await run(facts.orderID, in: shop)
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
            #expect(try await shop.refunds.refunds(of: facts.orderID) == [])
            // No confirmation was sent of an order that was to be called off; now it is owed, by a job.
            #expect(try await confirmations(shop) == ["pending 1"])
            try await run(facts.orderID, in: shop)
            #expect(try await confirmations(shop) == ["pending 1"])
        }
    }

    /// The state of each confirmation email, and how many jobs are to send it.
    private func confirmations(_ shop: Shop) async throws -> [String] {
        try await shop.database.pool.query(
            """
            SELECT d.status || ' ' || (SELECT count(*) FROM jobs AS j
                WHERE j.payload ->> 'deliveryID' = d.id::text) AS email
              FROM email_deliveries AS d WHERE d.kind = 'order_confirmation'
            """
        ).map { try $0["email"] }
    }
}
