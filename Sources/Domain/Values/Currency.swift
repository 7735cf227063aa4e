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

    /// The US dollar: base prices of the catalogue are in it unless the shop says otherwise.
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
