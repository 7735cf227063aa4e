import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("An order is accepted once and never lost")
struct PlacingTests {
    @Test("one key, twice: one order, the second time replayed")
    func replay() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let request = try shop.express(pen, 2)
            let order = try await shop.place(request)
            #expect(order.totals.total == Money(3998, .usd))
            #expect(order.number > 100_000)
            guard case .replayed(let again) = try await shop.orders.place(request) else {
                Issue.record("the second request was not a replay")
                return
            }
            #expect(again == order)
            #expect(try await shop.count("SELECT count(*) FROM orders") == 1)
            #expect(
                try await shop.count("SELECT count(*) FROM jobs WHERE name = 'order.checkout' AND state = 'ready'") == 1
            )
        }
    }

    @Test("one key with another body is refused; the same key of somebody else is another key")
    func keyReused() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            var request = try shop.express(pen)
            _ = try await shop.place(request)
            request.fingerprint = Array(repeating: 8, count: 32)
            #expect(try await shop.orders.place(request) == .keyReused)
            _ = try await shop.place(try shop.express(pen, key: request.idempotencyKey, guest: .newGuest()))
        }
    }

    @Test("twenty at once with one key: one order, the others are told of it or asked to come back")
    func atOnce() async throws {
        try await Shop.with(poolSize: 20) { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let request = try shop.express(pen)
            let outcomes = try await withThrowingTaskGroup(of: PlaceOrderOutcome.self) { group in
                for _ in 0..<20 { group.addTask { try await shop.orders.place(request) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let placed = outcomes.filter { if case .placed = $0 { true } else { false } }
            let refused = outcomes.filter {
                switch $0 {
                case .replayed, .requestInProgress: true
                default: false
                }
            }
            #expect(placed.count == 1)
            #expect(refused.count == 19)
            #expect(try await shop.count("SELECT count(*) FROM orders") == 1)
        }
    }

    @Test("a refused order leaves nothing behind, and its key is free again")
    func refusals() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            var request = try shop.express(pen)
            request.expectedTotal = Money(1, .usd)
            #expect(try await shop.orders.place(request) == .cartChanged(actual: Money(1999, .usd)))
            request.expectedTotal = nil
            request.email = nil
            #expect(try await shop.orders.place(request) == .emailRequired)
            request.email = try EmailAddress("ada@example.com")
            request.source = .items([])
            #expect(try await shop.orders.place(request) == .cartEmpty)
            let nobody = Product.ID()
            request.source = .items([.init(productID: nobody, quantity: .one)])
            #expect(try await shop.orders.place(request) == .unknownProducts([nobody]))
            request.source = .items([.init(productID: pen.id, quantity: .one)])
            request.currency = .gbp
            #expect(try await shop.orders.place(request) == .currencyUnavailable(.gbp))
            #expect(try await shop.count("SELECT count(*) FROM orders") == 0)
            #expect(try await shop.count("SELECT count(*) FROM idempotency_keys") == 0)
            #expect(try await shop.count("SELECT count(*) FROM carts") == 0)
            request.currency = nil
            _ = try await shop.place(request)
        }
    }

    @Test("a cart becomes an order once; until that is over it is locked")
    func cart() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let guest = CartOwner.newGuest()
            #expect(try await shop.orders.place(shop.checkout(of: guest, key: "a")) == .cartEmpty)
            _ = try await shop.carts.add(Quantity(2), of: pen.id, for: guest)
            let order = try await shop.place(shop.checkout(of: guest, key: "a"))
            #expect(order.items.map(\.quantity.rawValue) == [2])
            #expect(try await shop.orders.place(shop.checkout(of: guest, key: "b")) == .cartLocked)
            await #expect(throws: StorageError.cartLocked) { try await shop.carts.add(.one, of: pen.id, for: guest) }
            await #expect(throws: StorageError.cartLocked) { try await shop.carts.clear(for: guest) }
            guard case .reserved = try await shop.reserve(order.id) else {
                Issue.record("not reserved")
                return
            }
            try await shop.settle(order, .succeeded)
            #expect(try await shop.carts.cart(of: guest) == nil)
            #expect(try await shop.carts.add(.one, of: pen.id, for: guest).items.count == 1)
        }
    }

    @Test("a user's own address is taken when none is given")
    func userEmail() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let user = try await shop.accounts.register(
                email: EmailAddress("bea@example.com"), passwordHash: "hash", name: "Bea")
            var request = try shop.express(pen, guest: .user(user.id))
            request.email = nil
            let order = try await shop.place(request)
            #expect(order.email?.rawValue == "bea@example.com")
            #expect(try await shop.orders.order(order.id, for: .buyer(.user(user.id)))?.id == order.id)
        }
    }

    @Test("prices set by hand go before converted ones, and an order keeps its rate")
    func currencies() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5, price: Money(1000, .usd), prices: [Money(950, .eur)])
            let ink = try await shop.product("INK", stock: 5, price: Money(1000, .usd))
            let today = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970))
            let set = RateSet(
                source: "ecb", base: .eur, date: today,
                rates: [.usd: try #require(ExchangeRate("1.25")), .jpy: try #require(ExchangeRate("187.5"))])
            #expect(try await shop.rates.swapIn(set) == .swapped)
            var request = try shop.express(pen)
            request.currency = .eur
            let byHand = try await shop.place(request)
            #expect(byHand.totals.total == Money(950, .eur))
            #expect(byHand.rate == nil)
            request = try shop.express(ink, key: "key-2")
            request.currency = .jpy
            let converted = try await shop.place(request)
            #expect(converted.totals.total == Money(1500, .jpy))
            #expect(converted.rate?.value.description == "150")
            #expect(try await shop.current(converted) == converted)
            #expect(try await shop.catalog.product(ink.id, in: .eur)?.price == Money(800, .eur))
        }
    }

    @Test("a converted line is rounded once, with the margin in its rate, in the cart as in the order")
    func roundedOnce() async throws {
        var settings = ShopSettings()
        settings.rateMargin = try #require(RateMargin(percent: "2.5"))
        try await Shop.with(settings: settings) { shop in
            let clip = try await shop.product("CLIP", stock: 999, price: Money(1, .usd))
            let today = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970))
            let set = RateSet(source: "ecb", base: .usd, date: today, rates: [.eur: try #require(ExchangeRate("0.8"))])
            #expect(try await shop.rates.swapIn(set) == .swapped)
            let guest = CartOwner.newGuest()
            _ = try await shop.carts.add(Quantity(101), of: clip.id, for: guest)
            // 101 × 0.01 × 0.82 = 0.8282; one piece is 0.0082, which is shown as 0.01.
            let cart = try #require(try await shop.carts.cart(of: guest, in: .eur))
            #expect(cart.items.map(\.unitPrice) == [Money(1, .eur)])
            #expect(cart.subtotal == Money(83, .eur))
            var request = try shop.checkout(of: guest, key: "key-1")
            request.currency = .eur
            request.expectedTotal = cart.subtotal
            let order = try await shop.place(request)
            #expect(order.items.map(\.total) == [Money(83, .eur)])
            #expect(order.rate?.value.description == "0.82")
            #expect(order.rate?.margin == settings.rateMargin)
            #expect(try await shop.current(order) == order)
        }
    }

    @Test("rates that are too old stop checkout in their currencies")
    func staleRates() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let old = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970) - 11 * 86_400)
            let set = RateSet(source: "ecb", base: .usd, date: old, rates: [.eur: try #require(ExchangeRate("0.8"))])
            #expect(try await shop.rates.swapIn(set) == .swapped)
            var request = try shop.express(pen)
            request.currency = .eur
            #expect(try await shop.orders.place(request) == .currencyUnavailable(.eur))
        }
    }

    @Test("orders of others are absent")
    func others() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let guest = CartOwner.newGuest()
            let first = try await shop.place(shop.express(pen, key: "1", guest: guest))
            let second = try await shop.place(shop.express(pen, key: "2", guest: guest))
            #expect(try await shop.orders.order(first.id, for: .buyer(.newGuest())) == nil)
            #expect(try await shop.orders.order(number: first.number, for: .buyer(.newGuest())) == nil)
            #expect(try await shop.orders.order(number: first.number, for: .buyer(guest))?.id == first.id)
            #expect(try await shop.orders.order(number: 0, for: .staff) == nil)
            #expect(try await shop.orders.events(of: first.id, for: .buyer(.newGuest())) == nil)
            #expect(try await shop.orders.orders(for: .buyer(.newGuest())).items.isEmpty)
            let page = try await shop.orders.orders(for: .buyer(guest), page: PageRequest(limit: 1))
            #expect(page.items.map(\.id) == [second.id])
            let rest = try await shop.orders.orders(
                for: .buyer(guest), page: PageRequest(limit: 1, cursor: page.nextCursor))
            #expect(rest.items.map(\.id) == [first.id])
            #expect(rest.nextCursor == nil)
            #expect(try await shop.orders.events(of: first.id, for: .buyer(guest))?.map(\.kind) == [.placed])
        }
    }
}
