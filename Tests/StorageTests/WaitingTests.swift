import Domain
import Postgres
import Storage
import Testing

@Suite("An order that waits can tell for what and for how long", .timeLimit(.minutes(1)))
struct WaitingTests {
    @Test("those that wait have their place; who is being paid has none, and who waits for the customer waits for nothing of ours")
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

            let waiting = try await shop.orders.waiting(all, isProviderAway: false)
            #expect(waiting[paying.id] == OrderWaiting(ahead: nil, confirmedLastMinute: 1, isProviderAway: false))
            #expect(waiting[paying.id]?.reason == .inProgress)
            #expect(waiting[approving.id] == nil && waiting[done.id] == nil)
            #expect(pending.map { waiting[$0.id]?.position } == [1, 2, 3])
            // One order was confirmed in the last minute.
            #expect(pending.map { waiting[$0.id]?.estimatedSeconds } == [60, 120, 180])
            #expect(pending.allSatisfy { waiting[$0.id]?.reason == .queued })

            let away = try await shop.orders.waiting(all, isProviderAway: true)
            #expect(away.count == 4)
            #expect(away.values.allSatisfy { $0.reason == .providerUnavailable && $0.estimatedSeconds == nil })
            #expect(away[pending[2].id]?.position == 3)
        }
    }

    @Test("nobody can tell how long when nothing was confirmed lately")
    func noPace() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 20)
            _ = try await shop.paid(pen)
            let order = try await shop.place(shop.express(pen))
            try await shop.database.execute("UPDATE orders SET confirmed_at = now() - interval '61 seconds' WHERE status = 'confirmed'")
            let waiting = try await shop.orders.waiting([order], isProviderAway: false)
            #expect(waiting[order.id] == OrderWaiting(ahead: 0, confirmedLastMinute: 0, isProviderAway: false))
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
                    EXPLAIN SELECT count(*) FROM (SELECT FROM orders AS a WHERE a.status = 'pending' AND a.number < \(order.number) LIMIT 10000) AS b
                    """
                ).map { try $0["QUERY PLAN"] as String }.joined(separator: "\n")
            }
            #expect(plan.contains("orders_pending"), "\(plan)")
        }
    }
}
