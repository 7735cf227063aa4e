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
