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

/// Why amounts of money could not be combined.
package enum MoneyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The two amounts are in different currencies.
    case currencyMismatch
    /// The result does not fit into 64 bits of minor units.
    case overflow
    /// There is nothing to split the amount over.
    case unsplittable

    /// A stable code for programs.
    package var code: String {
        switch self {
        case .currencyMismatch: "currency_mismatch"
        case .overflow: "amount_overflow"
        case .unsplittable: "amount_unsplittable"
        }
    }

    /// A sentence for people.
    package var description: String {
        switch self {
        case .currencyMismatch: "Amounts in different currencies cannot be combined."
        case .overflow: "The amount is larger than can be charged."
        case .unsplittable: "There is nothing to split the amount over."
        }
    }
}

extension Money {
    /// Splits the amount in proportion to weights, such as a discount over the lines of an order. Nothing is lost and
    /// nothing is made up: the parts add up to the amount, and each is less than one minor unit away from its exact
    /// share.
    ///
    /// Every part first gets its share rounded down; what is left goes, a minor unit each, to those whose rounding took
    /// most (the method of the largest remainder), to the earlier of two equals. A weight of zero gets nothing. An
    /// amount below zero is split as its mirror image.
    ///
    /// - Throws: `unsplittable` when a weight is below zero, or when there is an amount but no weight to give it to.
    package func split(over weights: [Int64]) throws(MoneyError) -> [Money] {
        let sum = weights.reduce(Int128(0)) { $0 + Int128($1) }
        guard weights.allSatisfy({ $0 >= 0 }), sum > 0 || amount == 0 else { throw .unsplittable }
        if sum == 0 { return weights.map { _ in .zero(currency) } }
        let whole = Int128(amount.magnitude)
        // At most 2^63 × 2^63: fits into 128 bits.
        let shares = weights.map { (whole * Int128($0)).quotientAndRemainder(dividingBy: sum) }
        var parts = shares.map(\.quotient)
        let left = whole - parts.reduce(0, +)
        let byRemainder = shares.indices.sorted { (shares[$1].remainder, $0) < (shares[$0].remainder, $1) }
        for index in byRemainder.prefix(Int(left)) { parts[index] += 1 }
        // No part is larger than the amount it came from, so its mirror image fits wherever that did.
        return parts.map { Money(Int64(amount < 0 ? -$0 : $0), currency) }
    }
}
