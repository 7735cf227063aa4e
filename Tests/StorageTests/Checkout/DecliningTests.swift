import Domain
import Postgres
import Storage
import Testing

@Suite("A customer who could not pay may try again while the stock is held")
struct DecliningTests {
    @Test("a decline keeps the stock and its code, opens the cart, and another card may follow")
    func declined() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let guest = CartOwner.newGuest()
            _ = try await shop.carts.add(Quantity(2), of: pen.id, for: guest)
            let order = try await shop.place(shop.checkout(of: guest, key: "a"))
            _ = try await shop.reserve(order.id)
            _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
            try await shop.settle(order, .requiresPaymentMethod, declined: "insufficient_funds")
            let declined = try await shop.current(order)
            #expect(declined.status == .paymentFailed)
            #expect(declined.payment?.declineCode == "insufficient_funds")
            #expect(try await shop.level(pen).reserved == 2)
            #expect(try await shop.carts.cart(of: guest)?.status == .open)

            let retry = try await shop.orders.retryPayment(
                of: order.id, method: "pm_card_mastercard", by: .buyer(guest))
            guard case .started(let again) = retry else {
                Issue.record("the second try was refused: \(retry)")
                return
            }
            #expect(again.status == .reserved)
            #expect(again.payment?.attempt == 2)
            let recorded = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
            #expect(recorded == .recorded(attempt: 2, method: "pm_card_mastercard"))
            // The worker goes straight to confirming, and may be declined again.
            try await shop.settle(order, .requiresPaymentMethod, declined: "expired_card")
            #expect(try await shop.current(order).payment?.declineCode == "expired_card")
            #expect(try await shop.current(order).status == .paymentFailed)
            guard
                case .started = try await shop.orders.retryPayment(
                    of: order.id, method: "pm_card_visa", by: .buyer(guest))
            else {
                Issue.record("the third try was refused")
                return
            }
            try await shop.settle(order, .succeeded)
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.carts.cart(of: guest) == nil)
            #expect(
                try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .buyer(guest))
                    == .notPayable(.confirmed))
            #expect(
                try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .buyer(.newGuest()))
                    == .unknownOrder)
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
            _ = try await shop.settlements.recordIntent(shop.intentID(first), for: first.id)
            try await shop.settle(first, .requiresPaymentMethod, declined: "expired_card")
            let invalidations: SQL = "SELECT count(*) FROM jobs WHERE name = 'product_cache.invalidate'"
            let before = try await shop.count(invalidations)
            let second = try await shop.place(shop.checkout(of: guest, key: "b"))
            #expect(try await shop.current(first).status == .canceled)
            // The two pens can be bought again, so whoever looks at them has to see that.
            #expect(try await shop.count(invalidations) == before + 1)
            guard case .reserved = try await shop.reserve(second.id) else {
                Issue.record("the stock of the declined order was not released")
                return
            }
            #expect(try await shop.settlements.claimOrphanedIntents().map(\.orderID) == [first.id])
            #expect(try await shop.settlements.claimOrphanedIntents() == [])
            #expect(try await shop.settle(first, .canceled, by: .sweeper).settlement == .recordPayment(.canceled))
            #expect(try await shop.level(pen).reserved == 2)
        }
    }

    @Test("a payment the customer must approve waits, and the stock with it")
    func requiresAction() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.confirming(pen)
            try await shop.database.execute(
                "UPDATE orders SET reserved_until = now() + interval '5 seconds' WHERE id = \(order.id)")
            #expect(try await shop.settle(order, .requiresAction).settlement == .wait(.requiresAction))
            let waiting = try await shop.current(order)
            #expect(waiting.status == .reserved)
            #expect(waiting.payment?.clientSecret == "secret")
            #expect(
                try await shop.count(
                    "SELECT count(*) FROM orders WHERE reserved_until > now() + interval '800 seconds'") == 1)
            try await shop.settle(order, .succeeded, by: .webhook)
            #expect(try await shop.current(order).payment?.clientSecret == nil)
        }
    }
}
