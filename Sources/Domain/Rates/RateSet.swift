/// All exchange rates that a source published for one day. It is taken over as a whole or not at all.
package struct RateSet: Hashable, Sendable {
    /// An id of a rate set.
    package typealias ID = Identifier<RateSet>

    /// The id that orders priced with this set keep.
    package let id: ID
    /// Who published it: `ecb`, `frankfurter`, `openexchangerates`.
    package let source: String
    /// The currency all rates are counted from: one unit of it buys `rates[x]` units of x.
    package let base: Currency
    /// The day the source dates the set with.
    package let date: CalendarDay
    /// Rates by currency, without the base itself.
    package let rates: [Currency: ExchangeRate]

    /// Takes rates by currency; an entry for the base itself is dropped.
    package init(id: ID = ID(), source: String, base: Currency, date: CalendarDay, rates: [Currency: ExchangeRate]) {
        self.id = id
        self.source = source
        self.base = base
        self.date = date
        self.rates = rates.filter { $0.key != base }
    }

    /// The rate from one currency to another, `nil` when the set lacks one of them.
    ///
    /// A rate that does not start at the base is the quotient of two, rounded at ten decimals.
    package func rate(from source: Currency, to target: Currency) -> ExchangeRate? {
        if source == target { return .one }
        guard let toTarget = target == base ? .one : rates[target], let toSource = source == base ? .one : rates[source]
        else { return nil }
        return source == base ? toTarget : toTarget.divided(by: toSource)
    }

    /// Currencies whose rate, from the older set's base, moved by more than a share against that set; by code.
    package func moves(from older: RateSet, moreThanPercent percent: Int) -> [RateMove] {
        rates.keys.sorted().compactMap { currency in
            guard let new = rate(from: older.base, to: currency), let old = older.rate(from: older.base, to: currency),
                new.moved(from: old, byMoreThanPercent: percent)
            else { return nil }
            return RateMove(currency: currency, base: older.base, old: old, new: new)
        }
    }

    /// The currencies of ``moves(from:moreThanPercent:)``.
    package func jumps(from older: RateSet, moreThanPercent percent: Int) -> [Currency] {
        moves(from: older, moreThanPercent: percent).map(\.currency)
    }
}

/// What the age of the rates in use means for the shop.
package enum RateFreshness: Hashable, Sendable {
    /// More days than this between a set's day and today are worth an alert: sources rest on weekends and holidays, and
    /// no longer.
    package static let alertDays = 4

    /// As it should be.
    case fresh
    /// The source has been silent for too long; prices are still converted.
    case old
    /// Prices are not converted any more: checkout in the currencies that need it stops.
    case expired

    /// Judges an age in days.
    ///
    /// - Parameter maximum: the age up to which prices are converted.
    package init(days: Int, maximum: Int) {
        self = days > maximum ? .expired : days > Self.alertDays ? .old : .fresh
    }
}

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
