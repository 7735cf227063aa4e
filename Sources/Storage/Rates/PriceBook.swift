import Domain
import Postgres

/// Prices products in one currency: by hand-set price, by base price, or converted from the base price.
struct PriceBook: Sendable {
    /// The currency prices come out in.
    let currency: Currency
    /// What base prices are converted with; `nil` when nothing can or need be converted.
    let conversion: (from: Currency, rate: AppliedRate)?

    /// The price of one piece, converted ones rounded. Throws `StorageError.currencyUnavailable` or `.amountTooLarge`.
    func price(base: Money, setByHand: Int64?) throws(StorageError) -> Money {
        try line(of: .one, base: base, setByHand: setByHand).price.unit
    }

    /// The price of a line, and whether it was converted. Throws `StorageError.currencyUnavailable` or
    /// `.amountTooLarge`.
    func line(of quantity: Quantity, base: Money, setByHand: Int64?) throws(StorageError) -> (
        price: LinePrice, isConverted: Bool
    ) {
        let own = base.currency == currency ? base : setByHand.map { Money($0, currency) }
        do {
            if let own { return (try LinePrice(own, times: quantity), false) }
            if let conversion, conversion.from == base.currency {
                return (try LinePrice(base, times: quantity, at: conversion.rate.value, in: currency), true)
            }
        } catch {
            throw .amountTooLarge
        }
        throw .currencyUnavailable(currency)
    }
}

extension PriceBook {
    /// Reads the rates that lead from the shop's currency to another, from a set that is not too old. `nil` when no
    /// rates are needed.
    static func rates(to currency: Currency, _ settings: ShopSettings) -> SQL? {
        guard currency != settings.currency else { return nil }
        return """
            SELECT s.id, s.source, s.base, s.date, r.currency, r.rate
              FROM rate_sets AS s
              LEFT JOIN rates AS r ON r.set_id = s.id AND r.currency IN (\(settings.currency), \(currency))
             WHERE s.status = 'current'
               AND s.date >= (now() AT TIME ZONE 'UTC')::date - \(settings.maximumRateAgeDays)::integer
            """
    }

    /// Reads the book for a currency. One round trip at most, and no statement where nothing is converted.
    static func reading(_ currency: Currency, _ settings: ShopSettings) -> QueryGroup<PriceBook> {
        QueryGroup(rates(to: currency, settings).map { Query.rows($0) { $0 } }) { rows in
            try PriceBook(currency, settings, rows: rows ?? [])
        }
    }

    /// A book from the rows of `rates(to:_:)`; none make a book that cannot convert.
    init(_ currency: Currency, _ settings: ShopSettings, rows: [PostgresRow]) throws {
        self.currency = currency
        guard let first = rows.first else {
            conversion = nil
            return
        }
        var rates: [Currency: ExchangeRate] = [:]
        for row in rows {
            if let code: Currency = try row["currency"] { rates[code] = try row["rate"] }
        }
        let set = RateSet(
            id: try first["id"], source: try first["source"], base: try first["base"], date: try first["date"],
            rates: rates)
        conversion = set.rate(from: settings.currency, to: currency)?.raised(by: settings.rateMargin).map {
            let applied = AppliedRate(
                setID: set.id, base: settings.currency, value: $0, margin: settings.rateMargin, date: set.date,
                source: set.source)
            return (settings.currency, applied)
        }
    }
}
