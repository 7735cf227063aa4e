/// How far the rate of one currency went from one set to a later one.
public struct RateMove: Hashable, Sendable {
    /// Which currency.
    public let currency: Currency
    /// What both rates are counted from.
    public let base: Currency
    /// The rate in the older set.
    public let old: ExchangeRate
    /// The rate in the later set.
    public let new: ExchangeRate

    /// Names a move.
    public init(currency: Currency, base: Currency, old: ExchangeRate, new: ExchangeRate) {
        self.currency = currency
        self.base = base
        self.old = old
        self.new = new
    }
}

extension RateMove: CustomStringConvertible {
    /// `EUR/JPY 163 → 250`.
    public var description: String { "\(base)/\(currency) \(old) → \(new)" }
}
