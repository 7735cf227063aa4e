/// An amount in the minor units of its currency: 1999 USD is 19.99 dollars, 1999 JPY is 1999 yen.
///
/// All arithmetic is checked: amounts of two currencies never meet and nothing wraps around. Codable as `{"amount":
/// 1999, "currency": "USD"}`.
package struct Money: Hashable, Codable, Sendable {
    /// Minor units. May be negative as a difference; prices and totals never are.
    package let amount: Int64
    /// What the amount is counted in.
    package let currency: Currency

    /// An amount of minor units.
    package init(_ amount: Int64, _ currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    /// Nothing, in a currency.
    package static func zero(_ currency: Currency) -> Money { Money(0, currency) }

    /// The sum. Throws `currencyMismatch` or `overflow`.
    package func adding(_ other: Money) throws(MoneyError) -> Money {
        try combined(with: other) { $0.addingReportingOverflow($1) }
    }

    /// The difference. Throws `currencyMismatch` or `overflow`.
    package func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try combined(with: other) { $0.subtractingReportingOverflow($1) }
    }

    /// The price of several pieces. Throws `overflow`.
    package func multiplied(by quantity: Quantity) throws(MoneyError) -> Money {
        let (product, overflow) = amount.multipliedReportingOverflow(by: Int64(quantity.rawValue))
        if overflow { throw .overflow }
        return Money(product, currency)
    }

    /// The sum of many amounts, `zero` when there are none. Throws `currencyMismatch` or `overflow`.
    package static func sum(_ amounts: some Sequence<Money>, in currency: Currency) throws(MoneyError) -> Money {
        var total = Money.zero(currency)
        for amount in amounts { total = try total.adding(amount) }
        return total
    }

    private func combined(with other: Money, _ operation: (Int64, Int64) -> (Int64, Bool)) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currencyMismatch }
        let (result, overflow) = operation(amount, other.amount)
        if overflow { throw .overflow }
        return Money(result, currency)
    }
}

extension Money: CustomStringConvertible {
    /// The amount in major units with all its decimals, then the code: `19.99 USD`, `1999 JPY`.
    package var description: String {
        let digits = String(amount.magnitude)
        let sign = amount < 0 ? "-" : ""
        guard currency.exponent > 0 else { return "\(sign)\(digits) \(currency)" }
        let padded = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(currency.exponent)).\(padded.suffix(currency.exponent)) \(currency)"
    }
}
