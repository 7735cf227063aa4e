import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

@Suite("A total that cannot be charged is refused before anything is held", .timeLimit(.minutes(1)))
struct AmountLimitTests {
    private static let settings = ShopSettings(
        charges: ChargeLimits(minimums: [Money(50, .usd)], maximums: [Money(99_999_999, .usd)]))
    private static let bounds = settings.charges.bounds(in: .usd)

    @Test(
        "by its bounds, and the key stays free",
        arguments: [(49, false), (50, true), (99_999_999, true), (100_000_000, false)] as [(Int64, Bool)])
    func bounds(_ price: Int64, _ isAccepted: Bool) async throws {
        try await Shop.with(settings: Self.settings) { shop in
            let thing = try await shop.product("THING", stock: 5, price: Money(price, .usd))
            let request = try shop.express(thing)
            let outcome = try await shop.orders.place(request)
            if isAccepted {
                guard case .placed = outcome else { throw Unexpected(what: "\(outcome)") }
                return
            }
            #expect(
                outcome
                    == (price < 50 ? .amountTooSmall(Money(price, .usd), Self.bounds) : .amountTooLarge(Self.bounds)))
            #expect(
                try await shop.count("SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM idempotency_keys)")
                    == 0)
            #expect(try await shop.count("SELECT count(*) FROM carts") == 0)
            // The same key takes the order once it can be charged.
            try await shop.database.execute("UPDATE products SET base_amount = 1999")
            guard case .placed = try await shop.orders.place(request) else {
                throw Unexpected(what: "the key was used up")
            }
        }
    }

    @Test("sums beyond 64 bits, too; and the cart stays as it is")
    func overflow() async throws {
        try await Shop.with(settings: Self.settings) { shop in
            let thing = try await shop.product("THING", stock: 5, price: Money(.max - 10, .usd))
            #expect(try await shop.orders.place(shop.express(thing, 2)) == .amountTooLarge(Self.bounds))
            let owner = CartOwner.newGuest()
            let pin = try await shop.product("PIN", stock: 5, price: Money(10, .usd))
            _ = try await shop.carts.add(.one, of: pin.id, for: owner)
            #expect(
                try await shop.orders.place(shop.checkout(of: owner, key: "k"))
                    == .amountTooSmall(Money(10, .usd), Self.bounds))
            #expect(try await shop.count("SELECT count(*) FROM carts WHERE status = 'open'") == 1)
            _ = try await shop.carts.add(try Quantity(4), of: pin.id, for: owner)
            guard case .placed = try await shop.orders.place(shop.checkout(of: owner, key: "k")) else {
                throw Unexpected(what: "not placed")
            }
        }
    }

    @Test("one request cannot hold all pieces of a hundred dear products")
    func hoarding() async throws {
        try await Shop.with(settings: Self.settings) { shop in
            var products: [Product] = []
            for number in 0..<100 {
                products.append(try await shop.product("DEAR-\(number)", stock: 145, price: Money(99_900, .usd)))
            }
            var request = try shop.express(products[0])
            request.source = .items(try products.map { .init(productID: $0.id, quantity: try Quantity(145)) })
            #expect(try await shop.orders.place(request) == .amountTooLarge(Self.bounds))
            #expect(try await shop.count("SELECT count(*) FROM stock WHERE reserved > 0") == 0)
        }
    }

    @Test("another card is not tried for a total that is not charged any more")
    func retry() async throws {
        try await Shop.with(settings: Self.settings) { shop in
            let order = try await shop.confirming(shop.product("PIN", stock: 5))
            try await shop.settle(order, .requiresPaymentMethod, declined: "generic_decline")
            // As if it had been placed when less was charged.
            try await shop.database.execute("UPDATE payments SET amount = 10 WHERE order_id = \(order.id)")
            let outcome = try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .staff)
            #expect(outcome == .notChargeable(.tooSmall(Self.bounds)))
            #expect(try await shop.current(order).status == .paymentFailed)
        }
    }
}

@Suite("Prices come in steps that can be charged", .timeLimit(.minutes(1)))
struct PriceStepTests {
    private static let dinar = Currency("KWD")

    @Test("a price between two steps is refused when it is set: by the seed, and by the database")
    func refused() async throws {
        try await Shop.with { shop in
            let dinar = try #require(Self.dinar)
            await #expect(throws: StorageError.self) {
                try await shop.product("A", stock: 1, price: Money(12_345, dinar))
            }
            await #expect(throws: StorageError.self) {
                try await shop.product("B", stock: 1, prices: [Money(12_345, dinar)])
            }
            #expect(try await shop.count("SELECT count(*) FROM products") == 0)
            let pen = try await shop.product("PEN", stock: 1, prices: [Money(12_340, dinar)])
            for change: SQL in [
                "UPDATE products SET base_amount = 12345, base_currency = 'KWD' WHERE id = \(pen.id)",
                "UPDATE product_prices SET amount = 12345 WHERE product_id = \(pen.id)",
                "INSERT INTO product_prices (product_id, currency, amount) VALUES (\(pen.id), 'MGA', 150)",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await shop.database.execute(change) }
                #expect(["products_price_chargeable", "product_prices_chargeable"].contains(error?.constraint))
            }
        }
    }

    @Test("the database knows the same steps")
    func sameSteps() async throws {
        try await Shop.with { shop in
            let rows = try await shop.database.query(
                "SELECT code, chargeable_step(code) AS step FROM unnest(\(Currency.all.map(\.code))::text[]) AS code")
            #expect(rows.count == Currency.all.count)
            for row in rows { #expect(try row["step"] == Currency(row["code"] as String)?.chargeableStep) }
        }
    }

    @Test("a converted line is rounded once, as a whole")
    func converted() async throws {
        try await Shop.with { shop in
            let dinar = try #require(Self.dinar)
            let rates = [Currency.usd: ExchangeRate("1.0876"), dinar: ExchangeRate("0.33437")].compactMapValues(\.self)
            let today = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970))
            _ = try await shop.rates.swapIn(RateSet(source: "test", base: .eur, date: today, rates: rates))
            let pen = try await shop.product("PEN", stock: 50)
            var request = try shop.express(pen, 7)
            request.currency = dinar
            let order = try await shop.place(request)
            let item = try #require(order.items.first)
            // 19.99 USD are 6.1457… KWD, seven times that are 43.0203….
            #expect(item.unitPrice == Money(6150, dinar))
            #expect(item.total == Money(43_020, dinar))
            #expect(order.totals.total == Money(43_020, dinar))
        }
    }

    /// An order of one piece at this price, with its stock and its intent.
    private static func pay(_ price: Int64, in currency: Currency, _ shop: Shop) async throws -> Order {
        let pen = try await shop.product("PEN", stock: 5, prices: [Money(price, currency)])
        var request = try shop.express(pen)
        request.currency = currency
        let order = try await shop.place(request)
        _ = try await shop.reserve(order.id)
        _ = try await shop.settlements.recordIntent(shop.intentID(order), for: order.id)
        return order
    }

    @Test("a part of what is held is taken in these steps only")
    func capture() async throws {
        try await Shop.with { shop in
            let dinar = try #require(Self.dinar)
            let order = try await Self.pay(12_340, in: dinar, shop)
            try await shop.settle(order, .requiresCapture)
            func capture(_ amount: Int64) async throws -> CaptureOutcome {
                try await shop.captures.request(order.id, amount: Money(amount, dinar), by: .system("test"))
            }
            #expect(try await capture(1235) == .notChargeable(step: Money(10, dinar)))
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.capture'") == 0)
            #expect(try await capture(1230) == .requested)
        }
    }

    @Test("a refund of an amount between two steps is refused")
    func refund() async throws {
        try await Shop.with { shop in
            let dinar = try #require(Self.dinar)
            let order = try await Self.pay(12_340, in: dinar, shop)
            try await shop.settle(order, .succeeded)
            func wish(_ amount: Int64) -> RefundRequest {
                RefundRequest(
                    orderID: order.id, amount: Money(amount, dinar), key: "k-\(amount)", actor: .system("test"))
            }
            #expect(try await shop.refunds.request(wish(1235)) == .notChargeable(step: Money(10, dinar)))
            guard case .accepted = try await shop.refunds.request(wish(1230)) else {
                throw Unexpected(what: "not accepted")
            }
        }
    }
}
