import Domain
import JobQueue
import Postgres
import Storage
import Testing

@Suite("Stock is never oversold and never leaks")
struct ReservingTests {
    @Test("fifty at once for the last ten: ten get one, forty are refused, the rows add up")
    func lastTen() async throws {
        try await Shop.with(poolSize: 20) { shop in
            let pen = try await shop.product("PEN", stock: 10)
            var placed: [Order] = []
            for index in 0..<50 { placed.append(try await shop.place(shop.express(pen, key: "key-\(index)"))) }
            let ids = placed.map(\.id)
            let outcomes = try await withThrowingTaskGroup(of: ReservationOutcome.self) { group in
                for id in ids { group.addTask { try await shop.reserve(id) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { if case .reserved = $0 { true } else { false } }.count == 10)
            #expect(outcomes.filter { $0 == .rejected([.init(sku: pen.sku, wanted: 1, available: 0)]) }.count == 40)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 10, reserved: 10))
            #expect(try await shop.count("SELECT count(*) FROM orders WHERE status = 'rejected'") == 40)
            await #expect(throws: PostgresError.self) {
                try await shop.database.execute("UPDATE stock SET reserved = reserved + 1 WHERE sku = \(pen.sku)")
            }
        }
    }

    @Test("overlapping batches of several units do not deadlock and do not oversell")
    func overlappingBatches() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let skus = ["A", "B", "C", "D"]
            var products: [Product] = []
            for sku in skus { products.append(try await shop.product(sku, stock: 25)) }
            var ids: [Order.ID] = []
            for index in 0..<96 {
                var request = try shop.express(products[index % 4], key: "key-\(index)")
                request.source = .items([
                    .init(productID: products[index % 4].id, quantity: .one),
                    .init(productID: products[(index + 1 + index / 4 % 3) % 4].id, quantity: .one),
                ])
                ids.append(try await shop.place(request).id)
            }
            let all = ids
            let held = try await withThrowingTaskGroup(of: Int.self) { group in
                for part in 0..<12 {
                    // Each batch overlaps the next one by half and comes in another order.
                    let batch = (0..<16).map { all[(part * 8 + $0) % all.count] }
                    group.addTask {
                        let results = await shop.reservations.reserve(
                            (part % 2 == 0 ? batch : batch.reversed()).map { ReservationRequest(orderID: $0) })
                        return try results.map { try $0.get() }.count { if case .reserved = $0 { true } else { false } }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(held > 0)
            #expect(try await shop.count("SELECT count(*) FROM orders WHERE status = 'pending'") == 0)
            let reserved = try await shop.count("SELECT count(*) FROM orders WHERE status = 'reserved'")
            #expect(try await shop.count("SELECT sum(reserved) FROM stock") == reserved * 2)
        }
    }

    @Test("a second run finds the order reserved and takes nothing more")
    func again() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let order = try await shop.reserved(pen, 3)
            guard case .reserved(let facts) = try await shop.reserve(order.id) else {
                Issue.record("not reserved")
                return
            }
            #expect(facts.amount == order.totals.total)
            #expect(facts.attempt == 1)
            #expect(try await shop.level(pen).reserved == 3)
            #expect(try await shop.reserve(Order.ID()) == .unknownOrder)
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.map(\.kind) == [.placed, .reserved])
        }
    }

    @Test("a refused order completes its job, opens its cart and charges nothing")
    func rejected() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 1)
            let guest = CartOwner.newGuest()
            _ = try await shop.carts.add(Quantity(2), of: pen.id, for: guest)
            let order = try await shop.place(shop.checkout(of: guest, key: "a"))
            let completion = try await shop.startJob(of: order)
            let outcome = await shop.reservations.reserve([
                ReservationRequest(orderID: order.id, completion: completion)
            ])
            #expect(try #require(outcome.first).get() == .rejected([.init(sku: pen.sku, wanted: 2, available: 1)]))
            #expect(try await shop.jobState(completion) == "done")
            #expect(try await shop.current(order).status == .rejected)
            #expect(try await shop.carts.cart(of: guest)?.status == .open)
        }
    }

    @Test("a stale attempt rejects nothing, and fails alone in its batch")
    func fenced() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 1)
            let greedy = try await shop.place(shop.express(pen, 2, key: "a"))
            let modest = try await shop.place(shop.express(pen, 1, key: "b"))
            _ = try await shop.startJob(of: greedy, epoch: 2)
            let stale = JobCompletion(jobID: try await shop.startJob(of: greedy, epoch: 2).jobID, epoch: 1)
            let results = await shop.reservations.reserve([
                ReservationRequest(orderID: greedy.id, completion: stale), ReservationRequest(orderID: modest.id),
            ])
            #expect(throws: JobFenced.self) { try results[0].get() }
            guard case .reserved = try results[1].get() else {
                Issue.record("the other order of the batch was not reserved")
                return
            }
            #expect(try await shop.current(greedy).status == .pending)
        }
    }
}
