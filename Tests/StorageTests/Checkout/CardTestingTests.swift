import Domain
import Foundation
import Postgres
import Storage
import Testing

@Suite("Who tries cards is stopped, and keeps no goods off sale for long")
struct CardTestingTests {
    private static let card = "Xt5EWLLDS7FJjR1c"

    /// Declines the payment of an order that is being paid.
    private func decline(_ order: Order, fingerprint: String? = nil, in shop: Shop) async throws {
        let intent = PaymentIntent(
            id: shop.intentID(order), status: .requiresPaymentMethod, amount: order.totals.total,
            lastError: Decline(
                code: "card_declined", declineCode: "generic_decline", message: "Declined.", fingerprint: fingerprint))
        let result = try #require(
            await shop.settlements.settle([PaymentUpdate(orderID: order.id, intent: intent, source: .worker)]).first)
        #expect(try result.get()?.status == .paymentFailed)
    }

    /// Places an order and lets it be declined.
    private func declined(_ request: PlaceOrderRequest, fingerprint: String? = nil, in shop: Shop) async throws -> Order
    {
        let order = try await shop.place(request)
        _ = try await shop.reserve(order.id)
        _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
        try await decline(order, fingerprint: fingerprint, in: shop)
        return order
    }

    private func request(_ pen: Product, client: String?, method: String = "pm_card_visa", buyer: CartOwner? = nil)
        throws
        -> PlaceOrderRequest
    {
        PlaceOrderRequest(
            idempotencyKey: UUID().uuidString, fingerprint: Array(repeating: 7, count: 32), buyer: buyer ?? .newGuest(),
            source: .items([.init(productID: pen.id, quantity: .one)]), paymentMethod: method,
            email: try EmailAddress("ada@example.com"),
            shippingAddress: try Address(name: "Ada", line1: "1 Road", city: "London", country: "GB"), client: client)
    }

    private func refusal(_ outcome: PlaceOrderOutcome) -> TooManyDeclines? {
        if case .tooManyDeclines(let declines) = outcome { declines } else { nil }
    }

    @Test(
        "after ten declines in an hour no payment of the same user, client or card is taken",
        arguments: TooManyDeclines.Source.allCases)
    func tenDeclines(of source: TooManyDeclines.Source) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 100)
            let ada = try await shop.accounts.register(
                email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada")
            func next(_ number: Int) throws -> PlaceOrderRequest {
                switch source {
                case .user: try request(pen, client: "192.0.2.\(number)", method: "pm_\(number)", buyer: .user(ada.id))
                case .client: try request(pen, client: "198.51.100.1", method: "pm_\(number)")
                case .card:
                    try request(
                        pen, client: "192.0.2.\(number)", method: number.isMultiple(of: 2) ? "pm_even" : "pm_odd")
                }
            }
            var replayed: PlaceOrderRequest?
            for number in 0..<10 {
                let request = try next(number)
                replayed = request
                _ = try await declined(request, fingerprint: source == .card ? Self.card : nil, in: shop)
            }
            let held = try await shop.level(pen).reserved
            let refused = try #require(refusal(try await shop.orders.place(next(11))))
            #expect(refused.source == source)
            #expect((3500...3600).contains(refused.seconds))
            // Nothing was set aside, and nothing is left of the request.
            #expect(try await shop.level(pen).reserved == held)
            // Whoever repeats a request is told what became of it.
            guard case .replayed = try await shop.orders.place(try #require(replayed)) else {
                throw Unexpected(what: "no replay")
            }
            // Others go on.
            _ = try await shop.place(request(pen, client: "203.0.113.1", method: "pm_other"))
            #expect(try await shop.orders.cardTesting().map(\.source) == [source])
            #expect(try await shop.orders.cardTesting().map(\.declines) == [10])

            try await shop.database.execute(
                "UPDATE payment_declines SET at = at - interval '50 minutes' WHERE attempt = 1")
            let later = try #require(refusal(try await shop.orders.place(next(12))))
            #expect((500...600).contains(later.seconds))
            try await shop.database.execute("UPDATE payment_declines SET at = at - interval '11 minutes'")
            _ = try await shop.place(next(13))
            #expect(try await shop.orders.cardTesting().isEmpty)
        }
    }

    @Test("other cards for one order are counted too, and each decline once")
    func retries() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 10)
            let guest = CartOwner.newGuest()
            let order = try await declined(request(pen, client: "192.0.2.1", buyer: guest), in: shop)
            for _ in 2...10 {
                // The provider reports the same decline as well.
                _ = try await shop.settle(order, .requiresPaymentMethod, declined: "x", by: .webhook)
                guard
                    case .started = try await shop.orders.retryPayment(
                        of: order.id, method: "pm_next", by: .buyer(guest), client: "192.0.2.1")
                else { throw Unexpected(what: "the next card was refused") }
                try await decline(order, in: shop)
            }
            #expect(try await shop.count("SELECT count(*) FROM payment_declines") == 10)
            guard
                case .tooManyDeclines(let declines) = try await shop.orders.retryPayment(
                    of: order.id, method: "pm_next", by: .buyer(guest), client: "192.0.2.1")
            else { throw Unexpected(what: "the eleventh card was taken") }
            #expect(declines.source == .client)
        }
    }

    @Test("a shop that sets no limit has none")
    func off() async throws {
        try await Shop.with(settings: ShopSettings(declinesPerHour: 0)) { shop in
            let pen = try await shop.product("PEN", stock: 100)
            for _ in 0..<12 { _ = try await declined(request(pen, client: "192.0.2.1"), in: shop) }
            #expect(try await shop.orders.cardTesting().isEmpty)
        }
    }

    @Test(
        "however often a payment is tried, goods stay set aside for an hour at the most",
        arguments: ["declined", "not approved"])
    func bounded(how: String) async throws {
        try await Shop.with(settings: ShopSettings(declinesPerHour: 0)) { shop in
            let pen = try await shop.product("PEN", stock: 145)
            let order = try await shop.confirming(pen, 145)
            for minute in stride(from: 0, to: 70, by: 10) {
                // As if the order were so old.
                try await shop.database.execute(
                    """
                    UPDATE order_events SET at = now() - make_interval(mins => \(minute))
                     WHERE kind = 'reserved' AND reason IS NULL
                    """
                )
                try await shop.database.execute("UPDATE orders SET reserved_until = now() + interval '1 minute'")
                try await shop.settle(order, .requiresPaymentMethod, declined: "x")
                guard case .started = try await shop.orders.retryPayment(of: order.id, method: "pm_x", by: .staff)
                else {
                    throw Unexpected(what: "the next card was refused")
                }
                if how == "not approved" { try await shop.settle(order, .requiresAction) }
                // What a sweeper has claimed may be a little later; here nobody has.
                let allowed = max(1, min(15, 60 - minute))
                #expect(
                    try await shop.count(
                        """
                        SELECT count(*) FROM orders
                         WHERE reserved_until <= now() + make_interval(mins => \(allowed), secs => 5)
                        """
                    ) == 1,
                    "after \(minute) minutes")
                #expect(
                    try await shop.count(
                        """
                        SELECT count(*) FROM orders
                         WHERE reserved_until > now() + make_interval(mins => \(allowed), secs => -5)
                        """
                    ) == 1,
                    "after \(minute) minutes")
            }
        }
    }

    @Test("money that is on its way keeps the goods, however long it takes")
    func processing() async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            try await shop.database.execute("UPDATE order_events SET at = now() - interval '3 days'")
            try await shop.database.execute("UPDATE orders SET reserved_until = now() + interval '1 second'")
            try await shop.settle(order, .processing)
            #expect(
                try await shop.count(
                    "SELECT count(*) FROM orders WHERE reserved_until > now() + interval '800 seconds'") == 1)
        }
    }

    @Test("carts of guests that nobody comes back to are forgotten, and no others")
    func carts() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let ada = try await shop.accounts.register(
                email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada")
            func cart(_ owner: CartOwner, age: String, isEmpty: Bool = false) async throws -> CartOwner {
                let cart = try await shop.carts.add(.one, of: pen.id, for: owner)
                if isEmpty { try await shop.carts.clear(for: owner) }
                try await shop.database.execute(
                    "UPDATE carts SET updated_at = now() - \(age)::interval WHERE id = \(cart.id)")
                return owner
            }
            let forgotten = [
                try await cart(.newGuest(), age: "31 days"), try await cart(.newGuest(), age: "2 days", isEmpty: true),
                try await cart(.newGuest(), age: "400 days"),
            ]
            let kept = [
                try await cart(.newGuest(), age: "29 days"), try await cart(.newGuest(), age: "1 hour", isEmpty: true),
                try await cart(.user(ada.id), age: "400 days"),
            ]
            let buyer = try await cart(.newGuest(), age: "1 hour")
            let order = try await shop.place(shop.checkout(of: buyer, key: "bought"))
            try await shop.database.execute(
                "UPDATE carts SET updated_at = now() - interval '400 days' WHERE id = \(order.cartID)")
            #expect(try await shop.carts.purgeIdle(batch: 2) == 3)
            for owner in forgotten { #expect(try await shop.carts.cart(of: owner) == nil) }
            for owner in kept + [buyer] { #expect(try await shop.carts.cart(of: owner) != nil) }
            #expect(try await shop.carts.purgeIdle() == 0)
            // Whoever comes back all the same begins anew.
            #expect(try await shop.carts.add(.one, of: pen.id, for: forgotten[0]).items.count == 1)
        }
    }

    @Test("declines are forgotten after a week")
    func forgotten() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            for _ in 0..<3 { _ = try await declined(request(pen, client: "192.0.2.1"), in: shop) }
            try await shop.database.execute(
                """
                UPDATE payment_declines SET at = now() - interval '8 days'
                 WHERE order_id <> (SELECT id FROM orders ORDER BY number LIMIT 1)
                """
            )
            #expect(try await shop.orders.purgeDeclines(batch: 1) == 2)
            #expect(try await shop.count("SELECT count(*) FROM payment_declines") == 1)
        }
    }
}
