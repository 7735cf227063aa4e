import Domain
import PropertySupport
import Testing

@Suite("Amounts behave like whole numbers that do not wrap around")
struct MoneyProperties {
    /// The amount, nil where it does not fit.
    private static func result(_ body: () throws(MoneyError) -> Money) throws -> Int64? {
        do {
            return try body().amount
        } catch .overflow {
            return nil
        }
    }

    @Test("sum and difference are exact or refused")
    func addingAndSubtracting() {
        property("sum and difference are exact or refused", both(Gen<Money>.dollars, Gen<Money>.dollars)) { a, b in
            try demandEqual(
                Self.result { () throws(MoneyError) in try a.adding(b) },
                Int64(exactly: Int128(a.amount) + Int128(b.amount)))
            try demandEqual(
                Self.result { () throws(MoneyError) in try a.subtracting(b) },
                Int64(exactly: Int128(a.amount) - Int128(b.amount)))
        }
    }

    @Test("a price times pieces is exact or refused")
    func multiplying() {
        property("a price times pieces is exact or refused", both(Gen<Money>.dollars, Gen<Quantity>.quantity)) {
            price, quantity in
            try demandEqual(
                Self.result { () throws(MoneyError) in try price.multiplied(by: quantity) },
                Int64(exactly: Int128(price.amount) * Int128(quantity.rawValue)))
        }
    }

    @Test("the order of adding up makes no difference")
    func summing() {
        property(
            "the order of adding up makes no difference where nothing overflows",
            Gen<Int64>.int64(-(1 << 58)...1 << 58).list(0...20)
        ) {
            amounts in
            let money = amounts.map { Money($0, .usd) }
            let exact = amounts.reduce(0, +)
            try demandEqual(Money.sum(money, in: .usd).amount, exact)
            try demandEqual(Money.sum(money.reversed(), in: .usd).amount, exact)
            let cut = amounts.count / 2
            let halves = try Money.sum(money[..<cut], in: .usd).adding(Money.sum(money[cut...], in: .usd))
            try demandEqual(halves.amount, exact)
        }
    }

    @Test("a total is what its parts say, or refused")
    func totals() {
        let amount = Gen<Int64>.int64(0 ... .max)
        property("a total is what its parts say, or refused", both(both(amount, amount), both(amount, amount))) {
            one, two in
            let parts = [one.0, one.1, two.0, two.1].map { Money($0, .usd) }
            let exact = Int128(one.0) - Int128(one.1) + Int128(two.0) + Int128(two.1)
            let total = try Self.result { () throws(MoneyError) in
                try OrderTotals(subtotal: parts[0], discount: parts[1], shipping: parts[2], tax: parts[3]).total
            }
            // It is added up from the left, and may run over on the way to a sum that would fit.
            if let total {
                try demandEqual(Int128(total), exact)
            } else {
                try demand(
                    Int128(one.0) - Int128(one.1) + Int128(two.0) > Int128(Int64.max) || exact > Int128(Int64.max),
                    "\(exact) was refused")
            }
        }
    }
}
