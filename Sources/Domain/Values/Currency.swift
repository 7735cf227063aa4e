/// A currency of ISO 4217: its three-letter code and the number of decimals of its minor unit.
///
/// The exponents are ISO's. A payment provider may count differently for a few of them and converts at its own border.
package struct Currency: Hashable, Sendable {
    /// Upper-case alphabetic code, such as `USD`.
    package let code: String
    /// Decimals of the minor unit: 2 for the US dollar (cents), 0 for the yen, 3 for the Kuwaiti dinar.
    package let exponent: Int

    private init(known code: String, exponent: Int) {
        self.code = code
        self.exponent = exponent
    }

    /// The currency with this code, in either case. `nil` when ISO 4217 does not list it as money that people pay with.
    package init?(_ code: some StringProtocol) {
        guard code.utf8.count == 3 else { return nil }
        let upper = code.uppercased()
        guard let exponent = CurrencyTable.exponents[upper] else { return nil }
        self.init(known: upper, exponent: exponent)
    }

    /// Every currency of ISO 4217 that people pay with, by code.
    package static let all: [Currency] = CurrencyTable.exponents.map { Currency(known: $0.key, exponent: $0.value) }
        .sorted()

    /// How many minor units make one major unit: 100 for the US dollar, 1 for the yen.
    package var minorUnitsPerMajor: Int64 {
        var result: Int64 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }

    /// The US dollar: base prices of the catalog are in it unless the shop says otherwise.
    package static let usd = Currency(known: "USD", exponent: 2)
    /// The euro: base of the European Central Bank's rates.
    package static let eur = Currency(known: "EUR", exponent: 2)
    /// The pound sterling.
    package static let gbp = Currency(known: "GBP", exponent: 2)
    /// The yen, which has no minor unit.
    package static let jpy = Currency(known: "JPY", exponent: 0)
}

extension Currency: CustomStringConvertible {
    /// The code.
    package var description: String { code }
}

extension Currency: Comparable {
    /// By code.
    package static func < (left: Self, right: Self) -> Bool { left.code < right.code }
}

/// In JSON and in columns, the code.
extension Currency: RawRepresentable, Codable {
    /// The currency with this code; nil when there is none.
    package init?(rawValue: String) { self.init(rawValue) }

    /// The code.
    package var rawValue: String { code }
}

/// The currencies of ISO 4217 that are in circulation, with the decimals of their minor unit.
///
/// Source: ISO 4217:2015, table A.1, as amended. Metals, test codes, bond-market units and funds codes are left out:
/// no customer pays with them.
enum CurrencyTable {
    /// Decimals by code.
    static let exponents: [String: Int] = {
        var table: [String: Int] = [:]
        for (exponent, codes) in codesByExponent {
            for code in codes.split(separator: " ") { table[String(code)] = exponent }
        }
        return table
    }()

    private static let codesByExponent: [(Int, String)] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (
            2,
            """
            AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
            COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
            IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR \
            MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG \
            SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES \
            WST XCD XCG YER ZAR ZMW ZWG BGN
            """
        ),
    ]
}

/// In which steps money can be charged and refunded. Cards are charged through networks that do not know every minor
/// unit: of thousandths the last digit must be 0, and the ariary is charged in whole units.
///
/// Source: Stripe documentation, "Supported currencies": three-decimal and zero-decimal currencies. The krona of
/// Iceland and the shilling of Uganda have no minor unit in ISO 4217 already; forint and Taiwan dollars are only paid
/// out, not charged, in whole units.
extension Currency {
    /// The smallest difference between two amounts that can be charged, in minor units: 1 for the US dollar, 10 for the
    /// Kuwaiti dinar.
    package var chargeableStep: Int64 {
        if code == "MGA" { return 100 }
        return exponent > 2 ? 10 : 1
    }
}

extension Money {
    /// Whether it can be charged, and refunded, to the minor unit. Says nothing about its size.
    package var isChargeable: Bool { amount.isMultiple(of: currency.chargeableStep) }

    /// The nearest amount that can be charged, halves away from zero. Throws `overflow`.
    package func roundedToChargeable() throws(MoneyError) -> Money {
        try ExchangeRate.one.convert(self, to: currency)
    }
}
