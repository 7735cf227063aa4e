import Domain
import PropertySupport
import Testing

@Suite("Discounts take off what they promise and never more than there is")
struct DiscountingTests {
    private static func percent(_ points: Int, combines: Bool = false, code: String? = nil) -> DiscountOffer {
        DiscountOffer(
            Discount(
                code: code.flatMap { DiscountCode(rawValue: $0) }, title: "\(points)",
                effect: .percentage(basisPoints: points), combines: combines))
    }

    private static func fixed(_ amount: Int64, minimum: Int64? = nil, combines: Bool = false) -> DiscountOffer {
        let money = Money(amount, .usd)
        return DiscountOffer(
            Discount(title: "off", effect: .fixed(money), combines: combines), amount: money,
            minimum: minimum.map { Money($0, .usd) })
    }

    private static func lines(_ amounts: Int64...) -> [Money] { amounts.map { Money($0, .usd) } }

    /// Lines, and offers of both kinds, alone and together.
    private static let purchases = both(
        Gen<Int64>.int64(0...1 << 50).list(1...8),
        both(Gen<Int64>.int64(1...10_000), Gen<Int64>.int64(1...1 << 52)).list(0...5)
    ).map { amounts, offers in
        (
            amounts.map { Money($0, .usd) },
            offers.flatMap { points, amount in
                [
                    percent(Int(points), combines: points.isMultiple(of: 2)),
                    fixed(amount, minimum: amount / 2, combines: amount.isMultiple(of: 2)),
                ]
            }
        )
    }

    @Test("sums agree: what is given is what the lines lose, and no line goes below zero")
    func sumsAgree() {
        property("sums of discounts agree", Self.purchases) { lines, offers in
            let result = try Discounting(of: lines, offers, in: .usd)
            let given = try Money.sum(result.applied.map(\.amount), in: .usd)
            try demandEqual(given, result.total)
            try demandEqual(try Money.sum(result.lines, in: .usd), result.total)
            try demandEqual(result.lines.count, lines.count)
            for (line, off) in zip(lines, result.lines) {
                try demand((0...line.amount).contains(off.amount), "\(off) off \(line)")
            }
            try demand(result.applied.allSatisfy { $0.amount.amount > 0 }, "a discount of nothing")
        }
    }

    @Test("no single offer would take off more")
    func isTheBest() {
        property("no single offer takes off more than is given", Self.purchases) { lines, offers in
            let result = try Discounting(of: lines, offers, in: .usd)
            for offer in offers {
                let alone = try Discounting(of: lines, [offer], in: .usd)
                try demand(alone.total.amount <= result.total.amount, "\(alone.total) is more than \(result.total)")
            }
        }
    }

    @Test("the order in which offers are read makes no difference")
    func orderMakesNoDifference() {
        property("offers may come in any order", Self.purchases) { lines, offers in
            let result = try Discounting(of: lines, offers, in: .usd)
            try demandEqual(try Discounting(of: lines, offers.reversed(), in: .usd), result)
        }
    }

    @Test("a share is rounded half up, an amount is capped by what there is")
    func rounding() throws {
        for (amount, tenth) in [(1999, 200), (5, 1), (4, 0)] as [(Int64, Int64)] {
            let result = try Discounting(of: Self.lines(amount), [Self.percent(1000)], in: .usd)
            #expect(result.total == Money(tenth, .usd))
        }
        let capped = try Discounting(of: Self.lines(300, 200), [Self.fixed(900)], in: .usd)
        #expect(capped.lines == Self.lines(300, 200))
        let dinar = try #require(Currency("KWD"))
        let result = try Discounting(
            of: [Money(1230, dinar), Money(4560, dinar)], [Self.percent(333)], in: dinar)
        #expect(result.total == Money(190, dinar))
        #expect(result.lines.filter { !$0.isChargeable } == [])
        let all = try Discounting(of: Self.lines(.max), [Self.percent(10_000)], in: .usd)
        #expect(all.total == Money(.max, .usd))
    }

    @Test("what combines is given together, percentages first; what does not is given alone when it is worth more")
    func combining() throws {
        let together = [Self.percent(1000, combines: true), Self.fixed(500, combines: true)]
        let both = try Discounting(of: Self.lines(10_000), together.reversed(), in: .usd)
        #expect(both.applied.map(\.amount) == Self.lines(1000, 500))
        let alone = try Discounting(of: Self.lines(10_000), together + [Self.percent(2000)], in: .usd)
        #expect(alone.applied.map(\.amount) == Self.lines(2000))
        let code = Self.percent(1500, code: "FIFTEEN")
        let equal = try Discounting(of: Self.lines(10_000), together + [code], in: .usd)
        #expect(equal.applied.map(\.code?.rawValue) == ["FIFTEEN"], "of equals the customer's code is given")
    }

    @Test("free shipping is given where it leaves less to be paid than what is off the goods")
    func freeShipping() throws {
        let free = DiscountOffer(Discount(title: "free", effect: .freeShipping))
        let both = DiscountOffer(Discount(title: "free", effect: .freeShipping, combines: true))
        func result(_ offers: [DiscountOffer], _ cost: Int64?) throws -> Discounting {
            try Discounting(of: Self.lines(1000), offers, in: .usd) { _ in cost.map { Money($0, .usd) } }
        }
        let dear = try result([free, Self.percent(1000)], 490)
        #expect(dear.shipping == Money(0, .usd) && dear.applied.map(\.isForShipping) == [true])
        let cheap = try result([free, Self.percent(1000)], 90)
        #expect(cheap.shipping == Money(90, .usd) && cheap.total == Money(100, .usd))
        let together = try result([both, Self.percent(1000, combines: true)], 90)
        #expect(together.applied.map(\.amount) == Self.lines(100, 90) && together.total == Money(100, .usd))
        let (nothing, impossible) = (try result([free], 0), try result([free], nil))
        #expect(nothing.applied == [], "there is nothing to take off")
        #expect(impossible.shipping == nil, "what cannot be sent is not free")
        let cart = try Discounting(of: Self.lines(1000), [free], in: .usd)
        #expect(cart.applied.map(\.amount) == Self.lines(0) && cart.shipping == nil)
        // From 9.50 on sending costs nothing, and five off would lose that.
        let threshold = try Discounting(of: Self.lines(1000), [Self.fixed(100)], in: .usd) { goods in
            Money(goods.amount >= 950 ? 0 : 500, .usd)
        }
        #expect(threshold.applied == [] && threshold.shipping == Money(0, .usd))
    }

    @Test("an offer says why a purchase may not have it")
    func refusals() {
        let discount = Discount(title: "x", effect: .percentage(basisPoints: 1), isFirstOrderOnly: true)
        func refusal(_ offer: DiscountOffer) -> DiscountRefusal? { offer.refusal(for: Money(99, .usd)) }
        #expect(refusal(DiscountOffer(discount)) == nil)
        #expect(refusal(DiscountOffer(discount, isEarly: true)) == .notStarted)
        #expect(refusal(DiscountOffer(discount, isOver: true)) == .ended)
        #expect(refusal(DiscountOffer(discount, isUsedUp: true)) == .usedUp)
        #expect(refusal(DiscountOffer(discount, isUsedUpByCustomer: true)) == .usedUpByCustomer)
        #expect(refusal(DiscountOffer(discount, isForAnotherOrder: true)) == .firstOrderOnly)
        #expect(refusal(Self.fixed(1, minimum: 100)) == .minimumNotReached(Money(100, .usd)))
        #expect(refusal(Self.fixed(1, minimum: 99)) == nil)
    }

    @Test("codes are letters, digits, hyphens and underscores, in any case")
    func codes() {
        #expect(DiscountCode(rawValue: "summer-20")?.rawValue == "SUMMER-20")
        for text in ["", "-A", "_A", "A B", "Ä", "a\u{0}", "ﬁ", "a\n", String(repeating: "A", count: 41)] {
            #expect(DiscountCode(rawValue: text) == nil, "\(text.debugDescription)")
        }
    }

    @Test("shares are read as people write them, and written so again")
    func percents() {
        for (text, points) in [("5", 500), ("12.5", 1250), ("0.01", 1), ("100", 10_000), ("7.250", 725)] {
            #expect(PercentText.basisPoints(text) == points)
        }
        for text in ["0", "0.001", "100.01", "-1", "+1", "1e1", "", ".5", "5.", "1,5", "٥", "1.2.3", "999999999999999"]
        {
            #expect(PercentText.basisPoints(text) == nil, "\(text)")
        }
        for points in 1...10_000 { #expect(PercentText.basisPoints(PercentText.text(points)) == points) }
    }
}
