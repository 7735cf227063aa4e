package import Domain

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

/// The amounts that Stripe charges cards, by currency.
///
/// Minimums: Stripe documentation, "Supported currencies", "Minimum and maximum charge amounts". They are exact where
/// the account is paid out in the currency; elsewhere Stripe asks for what is worth as much as the minimum of the
/// currency of the pay-out, which only it knows. Maximums: eight digits of the provider's units (API reference, "Create
/// a PaymentIntent"), and for a few currencies of small units more, by the same documentation.
package enum StripeChargeLimits {
    package static let table: ChargeLimits = {
        let currencies = Currency.all
        return ChargeLimits(
            minimums: currencies.compactMap { currency in
                minimums[currency.code].flatMap { StripeAmount.money($0, currency) }
            },
            maximums: currencies.compactMap(maximum), unsupported: currencies.filter { !supported.contains($0.code) })
    }()

    /// What can be charged in (same page, "Supported presentment currencies").
    private static let supported = Set(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF \
        CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG \
        HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK \
        MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB \
        RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STN SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND \
        VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
        """.split(separator: " ").map(String.init))

    /// The least, in the provider's units.
    private static let minimums: [String: Int64] = [
        "USD": 50, "AED": 200, "ARS": 50, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50,
        "CZK": 1500, "DKK": 250,
        "EUR": 50, "GBP": 30, "HKD": 400, "HUF": 17_500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50,
        "MXN": 1000, "MYR": 200,
        "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "RUB": 50, "SEK": 300, "SGD": 50, "THB": 1000,
        "ZAR": 50,
    ]

    /// Digits of the largest amount, where they are more than eight.
    private static let digits: [String: Int] = ["INR": 9, "COP": 10, "IDR": 12]

    /// The largest amount of ours that has no more digits at the provider and can be charged.
    private static func maximum(in currency: Currency) -> Money? {
        var units: Int64 = 0
        for _ in 0..<digits[currency.code, default: 8] { units = units * 10 + 9 }
        // What is between two steps, or no whole number of ours, is none that can be charged.
        for candidate in stride(from: units, through: max(0, units - 1000), by: -1) {
            if let money = StripeAmount.money(candidate, currency), money.isChargeable { return money }
        }
        return nil
    }
}
