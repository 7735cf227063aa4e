internal import Domain

/// Amounts as the payment provider counts them. Its minor units differ from ISO 4217's for a few currencies.
enum StripeAmount {
    /// Currencies the provider counts in whole units (Stripe documentation, "Zero-decimal currencies").
    private static let zeroDecimal: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
    ]
    /// Currencies it counts in thousandths, of which the last digit must be 0 (same page, "Three-decimal currencies").
    private static let threeDecimal: Set<String> = ["BHD", "JOD", "KWD", "OMR", "TND"]

    /// Decimals of the provider's unit.
    static func exponent(of currency: Currency) -> Int {
        if zeroDecimal.contains(currency.code) { return 0 }
        return threeDecimal.contains(currency.code) ? 3 : 2
    }

    /// The amount in the provider's units, `nil` when it cannot be expressed in them.
    static func units(of money: Money) -> Int64? {
        let exponent = exponent(of: money.currency)
        guard let units = shift(money.amount, by: exponent - money.currency.exponent) else { return nil }
        return exponent == 3 && units % 10 != 0 ? nil : units
    }

    /// The amount that a number of the provider's units is, `nil` when it is below zero, which none of its amounts is,
    /// or not a whole number of ours.
    static func money(_ units: Int64, _ currency: Currency) -> Money? {
        if units < 0 { return nil }
        return shift(units, by: currency.exponent - exponent(of: currency)).map { Money($0, currency) }
    }

    private static func shift(_ value: Int64, by digits: Int) -> Int64? {
        var value = value
        for _ in 0..<abs(digits) {
            if digits > 0 {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { return nil }
                value = product
            } else {
                let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
                if remainder != 0 { return nil }
                value = quotient
            }
        }
        return value
    }
}
