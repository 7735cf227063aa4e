import Domain
import Postgres
import Storage
import Testing

@Suite("An order that waits can tell for what and for how long", .timeLimit(.minutes(1)))
struct WaitingTests {
    @Test("only a waiting order has a place in the queue: not one being paid, nor one that waits for its customer")
    func places() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 20)
            let paying = try await shop.confirming(pen)
            let approving = try await shop.confirming(pen)
            try await shop.settle(approving, .requiresAction)
            let done = try await shop.paid(pen)
            var pending: [Order] = []
            for _ in 0..<3 { pending.append(try await shop.place(shop.express(pen))) }
            var all: [Order] = []
            for order in [paying, approving, done] + pending { all.append(try await shop.current(order)) }

            let pace = try await shop.orders.pace()
            let waiting = try await shop.orders.waiting(all, pace: pace, isProviderAway: false)
            #expect(waiting[paying.id] == OrderWaiting(ahead: nil, pace: pace, isProviderAway: false))
            #expect(waiting[paying.id]?.reason == .inProgress)
            #expect(waiting[approving.id] == nil && waiting[done.id] == nil)
            #expect(pending.map { waiting[$0.id]?.position } == [1, 2, 3])
            // Each took some milliseconds, and nobody waited between them.
            #expect(pending.map { waiting[$0.id]?.estimatedSeconds } == (1...3).map { pace?.seconds(at: $0) })
            #expect(try #require(waiting[pending[2].id]?.estimatedSeconds) < 30)
            #expect(pending.allSatisfy { waiting[$0.id]?.reason == .queued })

            let away = try await shop.orders.waiting(all, pace: pace, isProviderAway: true)
            #expect(away.count == 4)
            #expect(away.values.allSatisfy { $0.reason == .providerUnavailable && $0.estimatedSeconds == nil })
            #expect(away[pending[2].id]?.position == 3)
        }
    }

    @Test("an order that its customer or a bank has been at says nothing about how fast we are")
    func others() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 20)
            let approved = try await shop.confirming(pen)
            try await shop.settle(approved, .requiresAction)
            try await shop.database.execute(
                """
                UPDATE order_events SET at = at - interval '9 minutes' WHERE order_id = \(approved.id)
                """)
            try await shop.database.execute(
                "UPDATE orders SET created_at = created_at - interval '9 minutes' WHERE id = \(approved.id)")
            try await shop.settle(approved, .succeeded)
            // It took nine minutes, of which we took milliseconds.
            #expect(try #require(try await shop.orders.pace()).secondsPerOrder < 5)
        }
    }

    @Test("nobody can tell how long when nothing was confirmed lately")
    func noPace() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 20)
            _ = try await shop.paid(pen)
            let order = try await shop.place(shop.express(pen))
            try await shop.database.execute("UPDATE order_events SET at = now() - interval '11 minutes'")
            #expect(try await shop.orders.pace() == nil)
            let waiting = try await shop.orders.waiting([order], pace: nil, isProviderAway: false)
            #expect(waiting[order.id] == OrderWaiting(ahead: 0, pace: nil, isProviderAway: false))
            #expect(waiting[order.id]?.estimatedSeconds == nil)
        }
    }

    @Test("counting those ahead reads those that wait and no others")
    func plan() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 20)
            let order = try await shop.place(shop.express(pen))
            let plan = try await shop.database.transaction { transaction in
                _ = try transaction.execute("SET LOCAL enable_seqscan = off")
                return try transaction.query(
                    """
                    EXPLAIN SELECT count(*) FROM (SELECT FROM orders AS a
                        WHERE a.status = 'pending' AND a.number < \(order.number) LIMIT 10000) AS b
                    """
                ).map { try $0["QUERY PLAN"] as String }.joined(separator: "\n")
            }
            #expect(plan.contains("orders_pending"), "\(plan)")
        }
    }
}
