import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("What sending costs is in the order's total, and goods go only where a method goes")
struct ShippingMethodTests {
    private static let entry = AuditEntry(
        actor: .system("test"), action: "shipping_method.added", subjectKind: "shipping_method", subjectID: "test")

    @discardableResult
    private static func add(
        _ shop: Shop, _ code: String, to countries: Set<String>? = nil, _ rates: [(from: Int64, price: Int64)]
    ) async throws -> ShippingMethod {
        let method = ShippingMethod(
            code: try #require(ShippingCode(rawValue: code)), name: "By \(code)", countries: countries,
            rates: rates.map { ShippingMethod.Rate(minimumTotal: Money($0.from, .usd), price: Money($0.price, .usd)) })
        guard case .saved(let record) = try await shop.shippingMethods.add(method, noting: entry) else {
            throw Unexpected(what: "the method was not added")
        }
        #expect(record.method == method)
        return method
    }

    private static func addFreeShipping(_ shop: Shop, combines: Bool = false) async throws {
        let discount = Discount(
            code: DiscountCode(rawValue: "SHIP"), title: "Sent for nothing", effect: .freeShipping, maximumUses: 1,
            combines: combines)
        guard case .saved = try await shop.discounts.add(discount, noting: entry) else {
            throw Unexpected(what: "the discount was not added")
        }
    }

    @Test("the cheapest way is taken, another one when it is chosen, and the order keeps its name")
    func chosen() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            #expect(try await shop.place(try shop.express(pen, key: "0")).shippingMethod == nil)
            try await Self.add(shop, "slow", [(0, 490), (5000, 0)])
            let fast = try await Self.add(shop, "fast", to: ["GB", "DE"], [(0, 990)])
            let slow = try await shop.place(try shop.express(pen, key: "1"))
            #expect(slow.totals.shipping == Money(490, .usd) && slow.totals.total == Money(2489, .usd))
            #expect(slow.shippingMethod?.code.rawValue == "slow")
            var request = try shop.express(pen, key: "2")
            request.shippingMethod = fast.code
            request.expectedTotal = Money(2989, .usd)
            let order = try await shop.place(request)
            #expect(order.payment?.amount == Money(2989, .usd))
            var change = ShippingMethodChange()
            change.name = "Renamed"
            change.rates = [.init(minimumTotal: Money(0, .usd), price: Money(1, .usd))]
            guard case .saved(let record) = try await shop.shippingMethods.change(fast.id, change, noting: Self.entry)
            else {
                Issue.record("the change was not saved")
                return
            }
            #expect(record.version == 2 && record.method.rates.map(\.price.amount) == [1])
            #expect(try await shop.current(order) == order)
            let three = try await shop.place(try shop.express(pen, 3, key: "3"))
            #expect(three.totals.shipping == Money(0, .usd), "goods of 59.97 are sent for nothing")
        }
    }

    @Test("goods do not go where no method goes, nor by one that does not go there")
    func unavailable() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let inland = try await Self.add(shop, "inland", to: ["DE"], [(0, 100)])
            #expect(
                try await shop.orders.place(try shop.express(pen)) == .shippingUnavailable(nil, country: "GB"))
            let large = try await Self.add(shop, "large", [(5000, 100)])
            #expect(
                try await shop.orders.place(try shop.express(pen)) == .shippingUnavailable(nil, country: "GB"))
            var request = try shop.express(pen, 3)
            for code in [inland.code, try #require(ShippingCode(rawValue: "none"))] {
                request.shippingMethod = code
                #expect(try await shop.orders.place(request) == .shippingUnavailable(code, country: "GB"))
            }
            request.shippingMethod = large.code
            #expect(try await shop.place(request).totals.shipping == Money(100, .usd))
            #expect(try await shop.count("SELECT count(*) FROM orders") == 1)
        }
    }

    @Test("free shipping takes off what sending costs, counts once, and is not used where sending costs nothing")
    func freeShipping() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            try await Self.addFreeShipping(shop)
            let code = DiscountCode(rawValue: "SHIP")
            var request = try shop.express(pen, key: "1")
            request.discountCode = code
            #expect(try await shop.place(request).discounts == [], "there is nothing to take off yet")
            try await Self.add(shop, "slow", [(0, 490)])
            request.idempotencyKey = "2"
            let order = try await shop.place(request)
            #expect(order.totals.shipping == Money(0, .usd) && order.totals.discount == Money(0, .usd))
            #expect(order.discounts.map(\.amount) == [Money(490, .usd)])
            #expect(order.discounts.map(\.isForShipping) == [true])
            #expect(try await shop.current(order) == order)
            request.idempotencyKey = "3"
            #expect(
                try await shop.orders.place(request) == .discountRefused(try #require(code), .usedUp))
        }
    }

    @Test("the cart says how it can be sent, at the prices that the order takes")
    func options() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let guest = CartOwner.newGuest()
            #expect(try await shop.shippingMethods.options(for: guest, to: "GB") == nil)
            _ = try await shop.carts.add(.one, of: pen.id, for: guest)
            try await Self.add(shop, "fast", to: ["GB"], [(0, 990)])
            try await Self.add(shop, "slow", [(0, 490)])
            try await Self.add(shop, "inland", to: ["DE"], [(0, 1)])
            let options = try await shop.shippingMethods.options(for: guest, to: "GB")
            #expect(options?.map(\.method.code.rawValue) == ["slow", "fast"])
            #expect(options?.map(\.price.amount) == [490, 990])
            try await Self.addFreeShipping(shop)
            let cart = try await shop.carts.apply(try #require(DiscountCode(rawValue: "SHIP")), for: guest)
            #expect(cart.discounts.map(\.isForShipping) == [true] && cart.total == cart.subtotal)
            let free = try await shop.shippingMethods.options(for: guest, to: "GB")
            #expect(free?.map(\.price.amount) == [0, 0])
            let order = try await shop.place(try shop.checkout(of: guest, key: "1"))
            #expect(order.totals.total == cart.total)
        }
    }

    @Test("without rates, what sending costs has no price in another currency, though the goods have one")
    func withoutRates() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9, prices: [Money(1500, .eur)])
            var request = try shop.express(pen)
            request.currency = .eur
            request.discountCode = DiscountCode(rawValue: "FIVE")
            let five = Discount(code: request.discountCode, title: "Five", effect: .fixed(Money(500, .usd)))
            guard case .saved = try await shop.discounts.add(five, noting: Self.entry) else {
                Issue.record("the discount was not added")
                return
            }
            #expect(try await shop.orders.place(request) == .currencyUnavailable(.eur))
            request.discountCode = nil
            try await Self.add(shop, "slow", [(0, 490)])
            #expect(try await shop.orders.place(request) == .currencyUnavailable(.eur))
            request.currency = .usd
            #expect(try await shop.place(request).totals.total == Money(2489, .usd))
        }
    }

    @Test("a code is one method's, and fifty at most are active")
    func bounds() async throws {
        try await Shop.with { shop in
            let method = try await Self.add(shop, "m", [(0, 1)])
            #expect(
                try await shop.shippingMethods.add(
                    ShippingMethod(code: method.code, name: "x", rates: method.rates), noting: Self.entry) == .codeTaken
            )
            for number in 1..<50 { try await Self.add(shop, "m\(number)", [(0, 1)]) }
            let code = try #require(ShippingCode(rawValue: "more"))
            #expect(
                try await shop.shippingMethods.add(
                    ShippingMethod(code: code, name: "x", rates: method.rates), noting: Self.entry)
                    == .tooManyActive(50))
        }
    }
}
