import Domain
import JobQueue
import Postgres
import Storage
import Testing

@Suite("Paid, order, stock, cart and email change together, once")
struct SettlingTests {
    @Test("a success confirms everything in one transaction")
    func success() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let order = try await shop.confirming(pen, 3)
            let completion = try await shop.startJob(of: order)
            let outcome = try await shop.settle(order, .succeeded, completion: completion)
            #expect(outcome.settlement == .confirm(.captured))
            #expect(outcome.isJobCompleted)
            let confirmed = try await shop.current(order)
            #expect(confirmed.status == .confirmed)
            #expect(confirmed.confirmedAt != nil)
            #expect(confirmed.payment?.status == .captured)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 7, reserved: 0))
            #expect(try await shop.jobState(completion) == "done")
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE status = 'pending'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'product_cache.invalidate'") == 0)
            let events = try #require(try await shop.orders.events(of: order.id, for: .staff))
            #expect(events.map(\.kind) == [.placed, .reserved, .paymentStarted, .confirmed])
        }
    }

    @Test("twice, from two sides at once: one effect")
    func twice() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let order = try await shop.confirming(pen, 2)
            let settlements = try await withThrowingTaskGroup(of: PaymentSettlement.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        try await shop.settle(order, .succeeded, by: index % 2 == 0 ? .worker : .webhook).settlement
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(settlements.count { $0 == .confirm(.captured) } == 1)
            #expect(settlements.count { $0 == .ignore(.alreadyKnown) } == 19)
            #expect(try await shop.level(pen).onHand == 8)
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries") == 1)
            #expect(try await shop.count("SELECT count(*) FROM order_events WHERE kind = 'confirmed'") == 1)
        }
    }

    @Test("a stale attempt changes nothing at all; the others of its batch go through")
    func fenced() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let first = try await shop.confirming(pen)
            let second = try await shop.confirming(pen)
            let fresh = try await shop.startJob(of: second)
            let stale = JobCompletion(jobID: try await shop.startJob(of: first, epoch: 5).jobID, epoch: 4)
            let results = await shop.settlements.settle([
                PaymentUpdate(
                    orderID: first.id, intent: shop.intent(first, .succeeded), source: .worker, completion: stale),
                PaymentUpdate(
                    orderID: second.id, intent: shop.intent(second, .succeeded), source: .worker, completion: fresh),
            ])
            #expect(throws: JobFenced.self) { try results[0].get() }
            #expect(try results[1].get()?.status == .confirmed)
            let untouched = try await shop.current(first)
            #expect(untouched.status == .reserved)
            #expect(untouched.payment?.status == .confirming)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 9, reserved: 1))
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE order_id = \(first.id)") == 0)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.send'") == 1)
            #expect(try await shop.jobState(stale) == "running")
        }
    }

    @Test("sixty-five at once in one array")
    func batch() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 100)
            var placed: [Order] = []
            for index in 0..<65 { placed.append(try await shop.place(shop.express(pen, key: "key-\(index)"))) }
            for result in await shop.reservations.reserve(placed.map { ReservationRequest(orderID: $0.id) }) {
                _ = try result.get()
            }
            for order in placed { _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id) }
            let news = placed.map {
                PaymentUpdate(orderID: $0.id, intent: shop.intent($0, .succeeded), source: .worker)
            }
            let results = await shop.settlements.settle(news + [news[0]])
            #expect(try results.map { try $0.get()?.status } == Array(repeating: .confirmed, count: 66))
            #expect(try results.last?.get()?.settlement == .ignore(.alreadyKnown))
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 35, reserved: 0))
        }
    }

    @Test("a failure that arrives after the success is ignored")
    func lateFailure() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let order = try await shop.confirming(pen)
            try await shop.settle(order, .succeeded)
            let late = try await shop.settle(
                order, .requiresPaymentMethod, declined: "insufficient_funds", by: .webhook)
            #expect(late.settlement == .ignore(.outranked))
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.current(order).payment?.declineCode == nil)
        }
    }

    @Test("an intent is stored once; a second one is turned away, and no intent serves two orders")
    func intents() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.confirming(pen)
            #expect(
                try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
                    == .recorded(attempt: 1, method: "pm_card_visa"))
            let other = PaymentIntent.ID(rawValue: "pi_other")
            #expect(
                try await shop.settlements.recordIntent(other, for: order.id) == .superseded(by: shop.intentID(order)))
            let second = try await shop.reserved(pen)
            await #expect(throws: PostgresError.self) {
                try await shop.settlements.recordIntent(shop.intentID(order), for: second.id)
            }
            #expect(try await shop.settlements.recordIntent(other, for: Order.ID()) == .unknownOrder)
            #expect(try await shop.count("SELECT count(*) FROM order_events WHERE kind = 'payment_started'") == 1)
        }
    }

    @Test("news of unknown orders and news that decide nothing complete no job")
    func nothingToSettle() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.confirming(pen)
            let completion = try await shop.startJob(of: order)
            let outcome = try await shop.settle(order, .requiresConfirmation, completion: completion)
            #expect(outcome.settlement == .ignore(.undecided))
            #expect(!outcome.isJobCompleted)
            #expect(try await shop.jobState(completion) == "running")
            let results = await shop.settlements.settle([
                PaymentUpdate(orderID: Order.ID(), intent: shop.intent(order, .succeeded), source: .webhook)
            ])
            #expect(try #require(results.first).get() == nil)
        }
    }
}
