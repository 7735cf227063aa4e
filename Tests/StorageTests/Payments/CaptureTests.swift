import Domain
import Postgres
import Storage
import Testing

@Suite("Money that is set aside is asked for once, and nobody forgets it")
struct CaptureTests {
    private func authorized(_ product: Product, in shop: Shop) async throws -> Order {
        let order = try await shop.confirming(product)
        #expect(try await shop.settle(order, .requiresCapture).status == .confirmed)
        return try await shop.current(order)
    }

    @Test("one job takes it, however often it is asked for")
    func once() async throws {
        try await Shop.with { shop in
            let order = try await authorized(shop.product("PEN", stock: 5), in: shop)
            for _ in 0..<3 { #expect(try await shop.captures.request(order.id, by: .system("test")) == .requested) }
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.capture'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM order_events WHERE kind = 'capture_requested'") == 1)
            let refund = RefundRequest(orderID: order.id, key: "k", actor: .system("test"))
            #expect(try await shop.refunds.request(refund) == .notPaid(.confirmed))
            #expect(try await shop.settle(order, .succeeded).settlement == .recordPayment(.captured))
            #expect(try await shop.captures.request(order.id, by: .system("test")) == .alreadyCaptured)
            guard case .accepted = try await shop.refunds.request(refund) else {
                throw Unexpected(what: "what was taken can't go back")
            }
        }
    }

    @Test("what is not set aside is not asked for")
    func notAuthorized() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.confirming(pen)
            #expect(try await shop.captures.request(order.id, by: .system("test")) == .notAuthorized(.reserved))
            #expect(try await shop.captures.request(Order.ID(), by: .system("test")) == .unknownOrder)
            let calledOff = try await authorized(pen, in: shop)
            _ = try await shop.orders.cancel(
                calledOff.id, by: .staff, reason: "requested_by_customer", actor: .system("test"))
            #expect(try await shop.captures.request(calledOff.id, by: .system("test")) == .notAuthorized(.confirmed))
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.capture'") == 0)
        }
    }

    @Test("what is about to be let go is found, the most urgent first, and noted once")
    func due() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let orders = [
                try await authorized(pen, in: shop), try await authorized(pen, in: shop),
                try await authorized(pen, in: shop),
            ]
            #expect(try await shop.captures.due(within: .seconds(6 * 86_400)) == [])
            #expect(try await shop.captures.due(within: .seconds(7 * 86_400 + 60)).count == 3)
            for (order, hours) in zip(orders, [3, 1, 30]) {
                try await shop.database.execute(
                    """
                    UPDATE payments SET capture_before = now() + make_interval(hours => \(hours))
                     WHERE order_id = \(order.id)
                    """
                )
            }
            #expect(
                try await shop.captures.due(within: .seconds(86_400)).map(\.orderID) == [orders[1].id, orders[0].id])
            #expect(try await shop.captures.noteDue(orders[1].id))
            #expect(try await !shop.captures.noteDue(orders[1].id))
            _ = try await shop.captures.request(orders[1].id, by: .system("test"))
            #expect(try await shop.captures.due(within: .seconds(86_400)).map(\.orderID) == [orders[0].id])
            try await shop.database.execute(
                "UPDATE payments SET capture_before = now() - interval '1 s' WHERE order_id = \(orders[0].id)")
            #expect(try await shop.invariants.check().map(\.name) == ["capture_not_overdue"])
            // The provider lets it go: the order ends.
            #expect(try await shop.settle(orders[0], .canceled, by: .webhook).settlement == .void)
        }
    }
}
