import Domain
import Storage

/// The currencies in which every product has a price: the shop's own, and those that prices can be converted to.
struct CurrenciesBody: Encodable {
    struct Item: Encodable {
        let code: String
        /// Decimals of the minor unit that amounts are counted in.
        let exponent: Int
        /// Whether prices are converted, where no other was set by hand.
        let isConverted: Bool

        enum CodingKeys: String, CodingKey {
            case code, exponent
            case isConverted = "converted"
        }
    }

    struct Rates: Encodable {
        let date: String
        let source: String
    }

    let `default`: String
    let items: [Item]
    /// The set that prices are converted with; null when there is none young enough.
    let rates: Rates?

    enum CodingKeys: String, CodingKey { case `default`, items, rates }

    init(_ status: RateStatus, _ settings: ShopSettings) {
        let own = settings.currency
        let usable = status.freshness(settings).flatMap { $0 == .expired ? nil : status.current?.set }
        let others = usable.map { set in
            Set(set.rates.keys).union([set.base]).subtracting([own]).filter { set.rate(from: own, to: $0) != nil }
        }
        `default` = own.code
        items = ([own] + (others ?? [])).sorted().map { Item(code: $0.code, exponent: $0.exponent, isConverted: $0 != own) }
        rates = usable.map { Rates(date: $0.date.description, source: $0.source) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(`default`, forKey: .default)
        try container.encode(items, forKey: .items)
        try container.encode(rates, forKey: .rates)
    }
}
