import Domain
import PropertySupport
import Testing

@Suite("Converting is exact to half a step that can be charged")
struct RateProperties {
    /// A rate as a fraction, read from its text: independent of how it is kept.
    private static func fraction(_ rate: ExchangeRate) throws -> (digits: Int128, power: Int128) {
        let parts = rate.description.split(separator: ".")
        let digits = try #require(Int128(parts.joined()))
        return (digits, power(of: parts.count == 2 ? parts[1].count : 0))
    }

    private static func power(of exponent: Int) -> Int128 {
        (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }

    private static let conversions = all(Gen<Money>.price, Gen<ExchangeRate>.rate, Gen<Currency>.currency)

    private static let pairs = both(Gen<Int64>.int64(0...10_000_000_000), Gen<Int64>.int64(0...10_000_000_000))

    @Test("halves are rounded up")
    func halfUp() {
        property("a converted amount is the exact one, rounded half up", Self.conversions) { money, rate, currency in
            let (digits, power) = try Self.fraction(rate)
            let numerator = Int128(money.amount) * digits * Self.power(of: currency.exponent)
            let denominator = power * Self.power(of: money.currency.exponent)
            let step = Int128(currency.chargeableStep)
            let exact = (numerator * 2 + denominator * step) / (denominator * step * 2) * step
            let converted = try? rate.convert(money, to: currency)
            try demandEqual(converted.map { Int128($0.amount) }, Int64(exactly: exact).map { Int128($0) })
            guard let converted else { return }
            try demandEqual(rate.convert(Money(-money.amount, money.currency), to: currency).amount, -converted.amount)
        }
    }

    @Test("more money never converts to less")
    func monotone() {
        property(
            "more money converts to no less", both(Self.pairs, both(Gen<ExchangeRate>.rate, Gen<Currency>.currency))
        ) { prices, to in
            let (less, more) = (min(prices.0, prices.1), max(prices.0, prices.1))
            guard let low = try? to.0.convert(Money(less, .usd), to: to.1),
                let high = try? to.0.convert(Money(more, .usd), to: to.1)
            else {
                return
            }
            try demand(low.amount <= high.amount, "\(low) and \(high)")
        }
    }

    @Test("a line is near its pieces, and one piece is the line of one")
    func lines() {
        property(
            "a line is near its pieces, and one piece is the line of one",
            both(Self.conversions, Gen<Quantity>.quantity)
        ) {
            conversion, quantity in
            let (price, rate, currency) = conversion
            guard let line = try? LinePrice(price, times: quantity, at: rate, in: currency) else { return }
            let pieces = Int128(line.unit.amount) * Int128(quantity.rawValue)
            // What the table of order items demands of every row.
            let steps = quantity.rawValue.magnitude * UInt(currency.chargeableStep)
            try demand((Int128(line.total.amount) - pieces).magnitude <= UInt128(steps), "\(line)")
            let one = try LinePrice(price, times: .one, at: rate, in: currency)
            try demandEqual(one.unit, one.total)
        }
    }

    @Test("every price of a line can be charged, converted or not")
    func steps() {
        property(
            "every price of a line can be charged, converted or not", both(Self.conversions, Gen<Quantity>.quantity)
        ) {
            conversion, quantity in
            let (price, rate, currency) = conversion
            if let own = try? LinePrice(price, times: quantity) {
                try demand(own.unit.isChargeable && own.total.isChargeable, "\(own)")
                // Once a line: not what rounded pieces come to.
                try demandEqual(own.total, price.multiplied(by: quantity).roundedToChargeable())
            }
            if let line = try? LinePrice(price, times: quantity, at: rate, in: currency) {
                try demand(line.unit.isChargeable && line.total.isChargeable, "\(line)")
            }
        }
    }

    @Test("a margin is on top, by no more than it says")
    func margins() {
        property(
            "a margin is on top: none changes nothing, more is more, and by no more than it says",
            all(Gen<ExchangeRate>.rate, Gen<RateMargin>.margin, Gen<RateMargin>.margin)
        ) {
            rate, one, two in
            try demandEqual(rate.raised(by: .zero), rate)
            let (low, high) = one.rawValue < two.rawValue ? (one, two) : (two, one)
            guard let less = rate.raised(by: low), let more = rate.raised(by: high) else {
                throw Falsified(description: "it does not fit")
            }
            let (lessDigits, lessPower) = try Self.fraction(less)
            let (moreDigits, morePower) = try Self.fraction(more)
            try demand(lessDigits * morePower <= moreDigits * lessPower, "\(less) and \(more)")
            let (digits, power) = try Self.fraction(rate)
            // At twelve decimals the exact product differs by half of the last one at most.
            let exact = digits * Int128(10_000 + high.rawValue)
            let distance = moreDigits * (power * 10_000) - exact * morePower
            try demand(distance.magnitude * 2 <= (power * 10_000 * morePower / 1_000_000_000_000).magnitude, "\(more)")
        }
    }

    @Test("a rate reads back from its text")
    func text() {
        property("a rate reads back from its text", Gen<ExchangeRate>.rate) { rate in
            try demandEqual(ExchangeRate(rate.description), rate)
            try demand(!rate.moved(from: rate, byMoreThanPercent: 0), "it moved")
        }
    }

    @Test("a day reads back from its text, and days count")
    func days() {
        property(
            "a day reads back from its text, and days count",
            both(Gen<Int>.int(0...3_000_000), Gen<Int>.int(0...500_000))
        ) {
            day, days in
            // From the first day of year 1.
            let start = Int64(day - 719_162) * 86_400
            let first = CalendarDay(secondsSince1970: start)
            let last = CalendarDay(secondsSince1970: start + Int64(days) * 86_400)
            try demandEqual(CalendarDay(first.description), first)
            try demandEqual(last.days(since: first), days)
            try demand(first <= last, "\(last) before \(first)")
        }
    }
}
