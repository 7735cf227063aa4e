import Domain
import PropertySupport

extension Gen<Currency> {
    /// Two decimals, none, three.
    static var currency: Self { Gen.one(of: ["USD", "JPY", "KWD"].compactMap { Currency($0) }) }
}

extension Gen<Money> {
    /// Any amount of US dollars, as large as fits.
    static var dollars: Self { Gen<Int64>.int64().map { Money($0, .usd) } }
    /// What things cost: up to ten thousand million minor units.
    static var price: Self { both(Gen<Int64>.int64(0...10_000_000_000), Gen<Currency>.currency).map { Money($0, $1) } }
}

extension Gen<Quantity> {
    static var quantity: Self { Gen<Int>.int(1...999).map { Quantity(rawValue: $0) ?? .one } }
}

extension Gen<ExchangeRate> {
    /// Any rate of up to twelve digits, up to twelve of them after the point.
    static var rate: Self {
        both(Gen<Int64>.int64(1...999_999_999_999), Gen<Int>.int(0...12)).map { digits, scale in
            let text = String(digits)
            let padded = String(repeating: "0", count: max(0, scale + 1 - text.count)) + text
            return ExchangeRate("\(padded.dropLast(scale)).\(padded.suffix(scale))0") ?? .one
        }
    }
}

extension Gen<RateMargin> {
    static var margin: Self { Gen<Int>.int(0...2_000).map { RateMargin(rawValue: $0) ?? .zero } }
}
