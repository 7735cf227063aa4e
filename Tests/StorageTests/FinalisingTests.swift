import Domain
import JobQueue
import Postgres
import Storage
import Testing

@Suite("Paid, order, stock, cart and mail change together, once")
struct FinalisingTests {
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
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.order-confirmation'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'cache.invalidate-products'") == 1)
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
                    group.addTask { try await shop.settle(order, .succeeded, by: index % 2 == 0 ? .worker : .webhook).settlement }
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
            let results = await shop.checkout.finalise([
                Finalisation(orderID: first.id, intent: shop.intent(first, .succeeded), source: .worker, completion: stale),
                Finalisation(orderID: second.id, intent: shop.intent(second, .succeeded), source: .worker, completion: fresh),
            ])
            #expect(throws: JobFenced.self) { try results[0].get() }
            #expect(try results[1].get()?.status == .confirmed)
            let untouched = try await shop.current(first)
            #expect(untouched.status == .reserved)
            #expect(untouched.payment?.status == .confirming)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 9, reserved: 1))
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE order_id = \(first.id)") == 0)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'email.order-confirmation'") == 1)
            #expect(try await shop.jobState(stale) == "running")
        }
    }

    @Test("sixty-five at once in one array")
    func batch() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 100)
            var placed: [Order] = []
            for index in 0..<65 { placed.append(try await shop.place(shop.express(pen, key: "key-\(index)"))) }
            for result in await shop.checkout.reserve(placed.map { ReservationRequest(orderID: $0.id) }) { _ = try result.get() }
            for order in placed { _ = try await shop.checkout.recordIntent(shop.intentID(order), for: order.id) }
            let news = placed.map { Finalisation(orderID: $0.id, intent: shop.intent($0, .succeeded), source: .worker) }
            let results = await shop.checkout.finalise(news + [news[0]])
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
            let late = try await shop.settle(order, .requiresPaymentMethod, declined: "insufficient_funds", by: .webhook)
            #expect(late.settlement == .ignore(.outranked))
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.current(order).payment?.declineCode == nil)
        }
    }

    @Test("a decline keeps the stock and its code, opens the cart, and another card may follow")
    func declined() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let guest = CartOwner.newGuest()
            _ = try await shop.carts.add(Quantity(2), of: pen.id, for: guest)
            let order = try await shop.place(shop.checkout(of: guest, key: "a"))
            _ = try await shop.reserve(order.id)
            _ = try await shop.checkout.recordIntent(shop.intentID(order), for: order.id)
            try await shop.settle(order, .requiresPaymentMethod, declined: "insufficient_funds")
            let declined = try await shop.current(order)
            #expect(declined.status == .paymentFailed)
            #expect(declined.payment?.declineCode == "insufficient_funds")
            #expect(try await shop.level(pen).reserved == 2)
            #expect(try await shop.carts.cart(of: guest)?.status == .open)

            let retry = try await shop.orders.retryPayment(of: order.id, method: "pm_card_mastercard", by: .buyer(guest))
            guard case .started(let again) = retry else {
                Issue.record("the second try was refused: \(retry)")
                return
            }
            #expect(again.status == .reserved)
            #expect(again.payment?.attempt == 2)
            let recorded = try await shop.checkout.recordIntent(shop.intentID(order), for: order.id)
            #expect(recorded == .recorded(attempt: 2, method: "pm_card_mastercard"))
            // The worker goes straight to confirming, and may be declined again.
            try await shop.settle(order, .requiresPaymentMethod, declined: "expired_card")
            #expect(try await shop.current(order).payment?.declineCode == "expired_card")
            #expect(try await shop.current(order).status == .paymentFailed)
            guard case .started = try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .buyer(guest)) else {
                Issue.record("the third try was refused")
                return
            }
            try await shop.settle(order, .succeeded)
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.carts.cart(of: guest) == nil)
            #expect(try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .buyer(guest)) == .notPayable(.confirmed))
            #expect(try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .buyer(.newGuest())) == .unknownOrder)
        }
    }

    @Test("a new order of the same cart takes the stock that a declined one holds, and its intent is called off")
    func superseded() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let guest = CartOwner.newGuest()
            _ = try await shop.carts.add(Quantity(2), of: pen.id, for: guest)
            let first = try await shop.place(shop.checkout(of: guest, key: "a"))
            _ = try await shop.reserve(first.id)
            _ = try await shop.checkout.recordIntent(shop.intentID(first), for: first.id)
            try await shop.settle(first, .requiresPaymentMethod, declined: "expired_card")
            let second = try await shop.place(shop.checkout(of: guest, key: "b"))
            #expect(try await shop.current(first).status == .cancelled)
            guard case .reserved = try await shop.reserve(second.id) else {
                Issue.record("the stock of the declined order was not released")
                return
            }
            #expect(try await shop.checkout.claimOrphanedIntents().map(\.orderID) == [first.id])
            #expect(try await shop.checkout.claimOrphanedIntents() == [])
            #expect(try await shop.settle(first, .canceled, by: .sweeper).settlement == .recordPayment(.canceled))
            #expect(try await shop.level(pen).reserved == 2)
        }
    }

    @Test("a payment the customer must approve waits, and the stock with it")
    func requiresAction() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.confirming(pen)
            try await shop.database.execute("UPDATE orders SET reserved_until = now() + interval '5 seconds' WHERE id = \(order.id)")
            #expect(try await shop.settle(order, .requiresAction).settlement == .wait(.requiresAction))
            let waiting = try await shop.current(order)
            #expect(waiting.status == .reserved)
            #expect(waiting.payment?.clientSecret == "secret")
            #expect(try await shop.count("SELECT count(*) FROM orders WHERE reserved_until > now() + interval '800 seconds'") == 1)
            try await shop.settle(order, .succeeded, by: .webhook)
            #expect(try await shop.current(order).payment?.clientSecret == nil)
        }
    }

    @Test("an intent is stored once; a second one is turned away, and no intent serves two orders")
    func intents() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.confirming(pen)
            #expect(try await shop.checkout.recordIntent(shop.intentID(order), for: order.id) == .recorded(attempt: 1, method: "pm_card_visa"))
            let other = PaymentIntent.ID(rawValue: "pi_other")
            #expect(try await shop.checkout.recordIntent(other, for: order.id) == .superseded(by: shop.intentID(order)))
            let second = try await shop.reserved(pen)
            await #expect(throws: PostgresError.self) { try await shop.checkout.recordIntent(shop.intentID(order), for: second.id) }
            #expect(try await shop.checkout.recordIntent(other, for: Order.ID()) == .unknownOrder)
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
            let results = await shop.checkout.finalise([Finalisation(orderID: Order.ID(), intent: shop.intent(order, .succeeded), source: .webhook)])
            #expect(try #require(results.first).get() == nil)
        }
    }
}
