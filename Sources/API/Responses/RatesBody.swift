import Domain
import Storage

/// The rates that prices are converted with, as their source published them.
struct RatesBody: Encodable {
    let base: String
    let date: String
    let source: String
    /// What comes on top when a price is converted.
    let marginPercent: String
    /// Whether they are young enough to be paid by.
    let isUsable: Bool
    let rates: [String: String]

    enum CodingKeys: String, CodingKey {
        case base, date, source, rates
        case marginPercent = "margin_percent"
        case isUsable = "usable"
    }

    /// `nil` before the first set.
    init?(_ status: RateStatus, _ settings: ShopSettings) {
        guard let set = status.current?.set, let freshness = status.freshness(settings) else { return nil }
        base = set.base.code
        date = set.date.description
        source = set.source
        marginPercent = settings.rateMargin.description
        isUsable = freshness != .expired
        rates = Dictionary(uniqueKeysWithValues: set.rates.map { ($0.key.code, $0.value.description) })
    }
}
