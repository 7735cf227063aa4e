/// How far the rate of one currency went from one set to a later one.
package struct RateMove: Hashable, Sendable {
    /// Which currency.
    package let currency: Currency
    /// What both rates are counted from.
    package let base: Currency
    /// The rate in the older set.
    package let old: ExchangeRate
    /// The rate in the later set.
    package let new: ExchangeRate

    /// Names a move.
    package init(currency: Currency, base: Currency, old: ExchangeRate, new: ExchangeRate) {
        self.currency = currency
        self.base = base
        self.old = old
        self.new = new
    }
}

extension RateMove: CustomStringConvertible {
    /// `EUR/JPY 163 → 250`.
    package var description: String { "\(base)/\(currency) \(old) → \(new)" }
}
