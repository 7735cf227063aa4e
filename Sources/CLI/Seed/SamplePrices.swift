import Domain

/// What one product costs: a base price in dollars and prices set by hand in other currencies, each just under a round
/// number.
///
/// Prices set by hand don't follow the day's rates; that is what they are for. The factors are of the right order, no
/// more.
struct SamplePrices: Hashable, Sendable {
    /// In US dollars, x.99.
    let base: Money
    /// In euros and pounds, x.99, and in yen, which ends in 80.
    let others: [Money]

    /// - Parameter dollars: the next whole number of dollars above the price, 1 or more.
    init(dollars: Int) {
        base = Self.justBelow(dollars, .usd)
        others = [
            Self.justBelow(Self.rounded(dollars, percent: 93), .eur),
            Self.justBelow(Self.rounded(dollars, percent: 79), .gbp),
            Money(Int64(Self.rounded(dollars, percent: 149) * 100 - 20), .jpy),
        ]
    }

    private static func justBelow(_ whole: Int, _ currency: Currency) -> Money {
        Money(Int64(whole) * currency.minorUnitsPerMajor - 1, currency)
    }

    /// The share of the number, to the nearest whole one, at least 1.
    private static func rounded(_ number: Int, percent: Int) -> Int {
        max(1, (number * percent + 50) / 100)
    }
}
