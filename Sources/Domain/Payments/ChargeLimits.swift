/// Which amounts the payment provider charges: a table by currency that is known without asking it.
///
/// The provider's own table stands with the provider's code. What it refuses although the table does not, because it
/// counts in the currency it pays out in, ends the order by ``PaymentRefusal``.
package struct ChargeLimits: Hashable, Sendable {
    /// The least and the most that can be charged in a currency.
    package struct Bounds: Hashable, Sendable {
        package let minimum: Money
        package let maximum: Money
    }

    /// Why an amount cannot be charged.
    package enum Violation: Error, Hashable, Sendable {
        /// It is less than the provider charges.
        case tooSmall(Bounds)
        /// It is more than the provider charges.
        case tooLarge(Bounds)
        /// The provider charges nothing in this currency.
        case unsupported(Currency)
    }

    private let minimums: [Currency: Money]
    private let maximums: [Currency: Money]
    private let unsupported: Set<Currency>

    /// A table.
    ///
    /// - Parameters:
    ///   - minimums: the least by currency. One step, where none is given.
    ///   - maximums: the most by currency. What fits, where none is given.
    ///   - unsupported: currencies in which nothing is charged.
    package init(minimums: [Money], maximums: [Money], unsupported: [Currency] = []) {
        self.unsupported = Set(unsupported)
        self.minimums = Dictionary(minimums.map { ($0.currency, $0) }) { $1 }
        self.maximums = Dictionary(maximums.map { ($0.currency, $0) }) { $1 }
    }

    /// A provider that charges whatever fits.
    package static let none = ChargeLimits(minimums: [], maximums: [])

    /// Whether anything can be charged in a currency.
    package func supports(_ currency: Currency) -> Bool { !unsupported.contains(currency) }

    /// The bounds in a currency.
    ///
    /// - Parameter conversion: a rate from another currency. It stands in where the currency has no minimum of its own:
    ///   providers then ask for what is worth as much as their minimum elsewhere.
    package func bounds(in currency: Currency, conversion: (from: Currency, rate: ExchangeRate)? = nil) -> Bounds {
        let step = currency.chargeableStep
        let minimum = minimums[currency] ?? converted(to: currency, conversion) ?? Money(step, currency)
        return Bounds(minimum: minimum, maximum: maximums[currency] ?? Money(.max - .max % step, currency))
    }

    /// Checks an amount. No provider can charge zero: callers do not ask about orders that cost nothing.
    package func check(_ amount: Money, conversion: (from: Currency, rate: ExchangeRate)? = nil) throws(Violation) {
        guard supports(amount.currency) else { throw .unsupported(amount.currency) }
        let bounds = bounds(in: amount.currency, conversion: conversion)
        if amount.amount < bounds.minimum.amount { throw .tooSmall(bounds) }
        if amount.amount > bounds.maximum.amount { throw .tooLarge(bounds) }
    }

    private func converted(to currency: Currency, _ conversion: (from: Currency, rate: ExchangeRate)?) -> Money? {
        guard let conversion, let minimum = minimums[conversion.from] else { return nil }
        return try? conversion.rate.convert(minimum, to: currency)
    }
}
