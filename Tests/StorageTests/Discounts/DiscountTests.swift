import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("A discount is used as often as it may be, and no more")
struct DiscountTests {
    private static let entry = AuditEntry(
        actor: .system("test"), action: "discount.added", subjectKind: "discount", subjectID: "test")

    @discardableResult
    private static func add(
        _ shop: Shop, _ code: String? = "TEN", percent: Int = 1000, amount: Money? = nil, minimum: Money? = nil,
        from: Date? = nil, to: Date? = nil, uses: Int? = nil, usesEach: Int? = nil, first: Bool = false,
        combines: Bool = false
    ) async throws -> Discount {
        let discount = Discount(
            code: try code.map { try #require(DiscountCode(rawValue: $0)) }, title: code ?? "Off",
            effect: amount.map { .fixed($0) } ?? .percentage(basisPoints: percent), minimum: minimum, startsAt: from,
            endsAt: to, maximumUses: uses, maximumUsesPerCustomer: usesEach, isFirstOrderOnly: first,
            combines: combines)
        guard case .saved = try await shop.discounts.add(discount, noting: Self.entry) else {
            throw Unexpected(what: "the discount was not added")
        }
        return discount
    }

    private static func request(
        _ shop: Shop, _ product: Product, _ quantity: Int = 1, code: String? = "TEN", key: String = UUID().uuidString,
        email: String = "ada@example.com"
    ) throws -> PlaceOrderRequest {
        var request = try shop.express(product, quantity, key: key)
        request.discountCode = code.flatMap { DiscountCode(rawValue: $0) }
        request.email = try EmailAddress(email)
        return request
    }

    private static func uses(_ shop: Shop, _ discount: Discount) async throws -> Int? {
        try await shop.discounts.discount(discount.id)?.uses
    }

    @Test("an order has it line by line, and is read back with it")
    func applied() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let discount = try await Self.add(shop, percent: 1500)
            let request = try Self.request(shop, pen, 3)
            let order = try await shop.place(request)
            #expect(order.totals.subtotal == Money(5997, .usd))
            #expect(order.totals.discount == Money(900, .usd))
            #expect(order.totals.total == Money(5097, .usd))
            #expect(order.items.map(\.discount) == [Money(900, .usd)])
            #expect(order.discounts.map(\.id) == [discount.id])
            #expect(try await shop.current(order) == order)
            guard case .replayed(let again) = try await shop.orders.place(request) else {
                Issue.record("the second request was not a replay")
                return
            }
            #expect(again == order)
        }
    }

    @Test("a code that cannot be had refuses the order, and leaves nothing behind")
    func refused() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            let hour = Date().addingTimeInterval(3600)
            try await Self.add(shop, "EARLY", from: hour)
            try await Self.add(shop, "LATE", from: hour.addingTimeInterval(-9000), to: hour.addingTimeInterval(-7200))
            try await Self.add(shop, "MUCH", minimum: Money(2000, .usd))
            let expected: [(String, DiscountRefusal)] = [
                ("NONE", .unknown), ("EARLY", .notStarted), ("LATE", .ended),
                ("MUCH", .minimumNotReached(Money(2000, .usd))),
            ]
            for (code, refusal) in expected {
                let outcome = try await shop.orders.place(try Self.request(shop, pen, code: code))
                #expect(outcome == .discountRefused(try #require(DiscountCode(rawValue: code)), refusal))
            }
            #expect(try await shop.count("SELECT count(*) FROM orders") == 0)
            #expect(try await shop.count("SELECT count(*) FROM idempotency_keys") == 0)
            #expect(try await shop.place(try Self.request(shop, pen, 2, code: "MUCH")).totals.discount.amount == 400)
        }
    }

    @Test("twelve at once for a code that five may have: five have it")
    func limited() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let pen = try await shop.product("PEN", stock: 100)
            let discount = try await Self.add(shop, uses: 5)
            let outcomes = try await withThrowingTaskGroup(of: PlaceOrderOutcome.self) { group in
                for number in 0..<12 {
                    let request = try Self.request(shop, pen, email: "n\(number)@example.com")
                    group.addTask { try await shop.orders.place(request) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let placed = outcomes.filter { if case .placed = $0 { true } else { false } }
            let code = try #require(discount.code)
            #expect(placed.count == 5)
            #expect(outcomes.filter { $0 == .discountRefused(code, .usedUp) }.count == 7)
            #expect(try await Self.uses(shop, discount) == 5)
        }
    }

    @Test("eight orders of one customer at once for a code that each may have twice: two have it")
    func perCustomer() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let pen = try await shop.product("PEN", stock: 100)
            let discount = try await Self.add(shop, usesEach: 2)
            let outcomes = try await withThrowingTaskGroup(of: PlaceOrderOutcome.self) { group in
                for number in 0..<8 {
                    let request = try Self.request(
                        shop, pen, email: number.isMultiple(of: 2) ? "ada@example.com" : "ADA@example.com")
                    group.addTask { try await shop.orders.place(request) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let code = try #require(discount.code)
            #expect(outcomes.filter { $0 == .discountRefused(code, .usedUpByCustomer) }.count == 6)
            _ = try await shop.place(try Self.request(shop, pen, email: "grace@example.com"))
        }
    }

    @Test("a first order is the first one, also of two at once; one that came to nothing does not count")
    func firstOrder() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 1)
            try await Self.add(shop, first: true)
            let code = try #require(DiscountCode(rawValue: "TEN"))
            let outcomes = try await withThrowingTaskGroup(of: PlaceOrderOutcome.self) { group in
                for _ in 0..<4 {
                    let request = try Self.request(shop, pen, 2)
                    group.addTask { try await shop.orders.place(request) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == .discountRefused(code, .firstOrderOnly) }.count == 3)
            for case .placed(let order) in outcomes { _ = try await shop.reserve(order.id) }
            #expect(try await shop.place(try Self.request(shop, pen)).totals.discount.amount == 200)
        }
    }

    @Test("an order that is rejected, canceled or runs out of time releases it")
    func released() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 3)
            let discount = try await Self.add(shop, uses: 2)
            let rejected = try await shop.place(try Self.request(shop, pen, 4))
            #expect(try await Self.uses(shop, discount) == 1)
            _ = try await shop.reserve(rejected.id)
            #expect(try await shop.current(rejected).status == .rejected)
            #expect(try await Self.uses(shop, discount) == 0)

            let canceled = try await shop.place(try Self.request(shop, pen))
            let paid = try await shop.place(try Self.request(shop, pen))
            #expect(try await Self.uses(shop, discount) == 2)
            _ = try await shop.orders.cancel(
                canceled.id, by: .staff, reason: "test", actor: .system("test"))
            #expect(try await shop.current(canceled).status == .canceled)
            #expect(try await Self.uses(shop, discount) == 1)
            guard case .reserved = try await shop.reserve(paid.id) else {
                Issue.record("not reserved")
                return
            }
            _ = try await shop.settlements.recordIntent(shop.intentID(paid), for: paid.id)
            try await shop.settle(paid, .succeeded)
            #expect(try await Self.uses(shop, discount) == 1)
        }
    }

    @Test("a declined order of the same cart gives way with its use, though it was the last one")
    func givesWay() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 3)
            let discount = try await Self.add(shop, uses: 1, usesEach: 1, first: true)
            let guest = CartOwner.newGuest()
            _ = try await shop.carts.add(.one, of: pen.id, for: guest)
            let cart = try await shop.carts.apply(try #require(discount.code), for: guest)
            #expect(cart.discount == Money(200, .usd) && cart.total == Money(1799, .usd))
            let first = try await shop.place(try shop.checkout(of: guest, key: "1"))
            _ = try await shop.reserve(first.id)
            _ = try await shop.settlements.recordIntent(shop.intentID(first), for: first.id)
            try await shop.settle(first, .requiresPaymentMethod, declined: "generic_decline")
            #expect(try await shop.carts.cart(of: guest)?.discount == Money(200, .usd))
            let second = try await shop.place(try shop.checkout(of: guest, key: "2"))
            #expect(second.totals.discount == Money(200, .usd))
            #expect(try await shop.current(first).status == .canceled)
            #expect(try await Self.uses(shop, discount) == 1)
        }
    }

    @Test("those that apply by themselves apply in other currencies too, and the cart shows the same as the order")
    func automatic() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 30)
            try await Self.add(shop, nil, amount: Money(500, .usd), minimum: Money(3000, .usd), combines: true)
            try await Self.add(shop, "MORE", percent: 1000, combines: true)
            let guest = CartOwner.newGuest()
            #expect(try await shop.carts.add(.one, of: pen.id, for: guest).discount.amount == 0)
            _ = try await shop.carts.set(try Quantity(2), of: pen.id, for: guest)
            let cart = try await shop.carts.apply(try #require(DiscountCode(rawValue: "more")), for: guest)
            #expect(cart.discounts.map(\.amount) == [Money(400, .usd), Money(500, .usd)])
            let order = try await shop.place(try shop.checkout(of: guest, key: "1"))
            #expect(order.totals.total == cart.total)
            #expect(order.discounts == cart.discounts)
        }
    }

    @Test("a code of which too little is bought stays in the cart and says why; one that nobody may use is refused")
    func codesInCarts() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 30)
            let discount = try await Self.add(shop, "MUCH", minimum: Money(3000, .usd))
            let (guest, code) = (CartOwner.newGuest(), try #require(discount.code))
            _ = try await shop.carts.add(.one, of: pen.id, for: guest)
            let cart = try await shop.carts.apply(code, for: guest)
            #expect(cart.code == Cart.Code(code, refusal: .minimumNotReached(Money(3000, .usd))))
            #expect(
                try await shop.orders.place(try shop.checkout(of: guest, key: "1"))
                    == .discountRefused(code, .minimumNotReached(Money(3000, .usd))))
            #expect(try await shop.carts.set(try Quantity(2), of: pen.id, for: guest).discount == Money(400, .usd))
            let nobody = try #require(DiscountCode(rawValue: "NOBODY"))
            await #expect(throws: DiscountRefusal.unknown) { try await shop.carts.apply(nobody, for: guest) }
            #expect(try await shop.carts.cart(of: guest)?.code?.code == code, "a refused code replaces none")
            #expect(try await shop.carts.removeCode(for: guest).code == nil)
        }
    }

    @Test("a bound that comes later counts the orders before it, and orders at the same moment")
    func boundLater() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let pen = try await shop.product("PEN", stock: 100)
            let discount = try await Self.add(shop)
            #expect(try await Self.uses(shop, discount) == nil)
            var change = DiscountChange()
            change.maximumUses = .set(1)
            let final = change
            let placed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    let request = try Self.request(shop, pen, email: "n\(number)@example.com")
                    group.addTask {
                        if case .placed = try await shop.orders.place(request) { return true }
                        return false
                    }
                    if number == 3 {
                        group.addTask {
                            _ = try await shop.discounts.change(discount.id, final, noting: Self.entry)
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(try await Self.uses(shop, discount) == placed)
            let code = try #require(discount.code)
            if placed > 0 {
                #expect(try await shop.orders.place(try Self.request(shop, pen)) == .discountRefused(code, .usedUp))
            }
        }
    }

    @Test("all that is bought may be free, and pieces go back for what was paid for them")
    func free() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 9)
            try await Self.add(shop, "GIFT", percent: 10_000)
            var request = try Self.request(shop, pen, code: "GIFT")
            request.paymentMethod = nil
            let order = try await shop.place(request)
            #expect(order.isFree && order.payment?.status == .notRequired)
        }
    }

    @Test("at most twenty apply by themselves, a code is one discount's, and none ends before it begins")
    func adding() async throws {
        try await Shop.with { shop in
            let now = Date()
            let code = try #require(DiscountCode(rawValue: "TEN"))
            try await Self.add(shop)
            let again = Discount(code: code, title: "x", effect: .percentage(basisPoints: 1))
            #expect(try await shop.discounts.add(again, noting: Self.entry) == .codeTaken)
            let backwards = Discount(title: "x", effect: .percentage(basisPoints: 1), startsAt: now, endsAt: now)
            #expect(try await shop.discounts.add(backwards, noting: Self.entry) == .endsBeforeStart)
            for _ in 0..<20 { try await Self.add(shop, nil) }
            let more = Discount(title: "x", effect: .percentage(basisPoints: 1))
            #expect(try await shop.discounts.add(more, noting: Self.entry) == .tooManyAutomatic(20))
            let page = try await shop.discounts.list(PageRequest(limit: 20))
            let rest = try await shop.discounts.list(PageRequest(limit: 20, cursor: page.nextCursor))
            #expect(page.items.count == 20 && rest.items.map(\.discount.code) == [code] && rest.nextCursor == nil)
        }
    }
}
