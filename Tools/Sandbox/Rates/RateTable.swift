import Foundation

/// Made-up exchange rates of one day: near the real ones, a little different from day to day, the same for every
/// caller that asks for that day.
struct RateTable: Sendable {
    let date: CivilDate
    /// Units of each currency for one euro.
    let perEuro: [String: Decimal]

    private let lastIsNegative: Bool

    /// - Parameters:
    ///   - jump: by what the rates of some currencies are multiplied.
    ///   - lastIsNegative: whether the last of the rates of any base is below zero.
    init(date: CivilDate, jump: [String: Decimal] = [:], lastIsNegative: Bool = false) {
        self.date = date
        self.lastIsNegative = lastIsNegative
        perEuro = Dictionary(
            uniqueKeysWithValues: Self.anchors.enumerated().map { index, anchor in
                // Within ± 1.0 % of the anchor, in steps of 0.01 %, each currency in a rhythm of its own.
                let step = (date.days * (7 + index % 5) + index * 37) % 201 - 100
                let rate = anchor.rate * (Decimal(10_000 + step) / Decimal(10_000)) * (jump[anchor.code] ?? 1)
                return (anchor.code, Self.rounded(rate, scale: anchor.rate >= 100 ? 2 : 4))
            })
    }

    /// Units of each other currency for one unit of the base, with its code in order; nil for an unknown base.
    func rates(base: String) -> [(code: String, rate: Decimal)]? {
        let all = perEuro.merging(["EUR": 1]) { known, _ in known }
        guard let divisor = all[base] else { return nil }
        var rates = all.filter { $0.key != base }.sorted { $0.key < $1.key }.map { code, rate in
            (
                code: code,
                rate: base == "EUR" ? rate : Self.rounded(rate / divisor, scale: rate / divisor >= 100 ? 2 : 5)
            )
        }
        if lastIsNegative, let last = rates.popLast() { rates.append((last.code, -last.rate)) }
        return rates
    }

    /// The currencies that have a rate; the euro is not among them.
    static let currencies = Set(anchors.map(\.code))

    private static func rounded(_ value: Decimal, scale: Int) -> Decimal {
        var (exact, result) = (value, Decimal())
        NSDecimalRound(&result, &exact, scale, .plain)
        return result
    }

    private static func anchor(_ code: String, _ rate: String) -> (code: String, rate: Decimal) {
        // The literals below are all decimal numbers; 1 stands in only for the type checker.
        (code, Decimal(string: rate) ?? 1)
    }

    private static let anchors = [
        anchor("AUD", "1.7680"), anchor("BGN", "1.9558"), anchor("BRL", "6.3570"), anchor("CAD", "1.6190"),
        anchor("CHF", "0.9360"),
        anchor("CNY", "8.3240"), anchor("CZK", "24.3200"), anchor("DKK", "7.4640"), anchor("GBP", "0.8720"),
        anchor("HKD", "9.0920"),
        anchor("HUF", "389.90"), anchor("IDR", "19382.50"), anchor("ILS", "3.8890"), anchor("INR", "103.12"),
        anchor("ISK", "142.40"),
        anchor("JPY", "173.50"), anchor("KRW", "1637.40"), anchor("MXN", "21.5300"), anchor("MYR", "4.9140"),
        anchor("NOK", "11.6320"),
        anchor("NZD", "2.0020"), anchor("PHP", "67.1500"), anchor("PLN", "4.2570"), anchor("RON", "5.0770"),
        anchor("SEK", "10.9610"),
        anchor("SGD", "1.5070"), anchor("THB", "37.6600"), anchor("TRY", "48.5200"), anchor("USD", "1.1690"),
        anchor("ZAR", "20.4700"),
    ]
}
