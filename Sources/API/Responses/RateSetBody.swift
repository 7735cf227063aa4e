import Domain
import FoundationEssentials
import Storage

/// A set of rates as operators see it.
struct RateSetBody: Encodable {
    struct Move: Encodable {
        let currency: String
        let base: String
        let old: String
        let new: String
    }

    let id: String
    let status: String
    let source: String
    let base: String
    let date: String
    let fetchedAt: Date
    let checkedAt: Date
    /// Why a held set is held: how far which rates went from those in use.
    let moves: [Move]
    let rates: [String: String]

    enum CodingKeys: String, CodingKey {
        case id, status, source, base, date, moves, rates
        case fetchedAt = "fetched_at"
        case checkedAt = "checked_at"
    }

    init(_ record: RateSetRecord, moves: [RateMove]) {
        id = record.set.id.description
        status = record.status.rawValue
        source = record.set.source
        base = record.set.base.code
        date = record.set.date.description
        fetchedAt = record.fetchedAt
        checkedAt = record.checkedAt
        self.moves = moves.map {
            Move(currency: $0.currency.code, base: $0.base.code, old: $0.old.description, new: $0.new.description)
        }
        rates = Dictionary(uniqueKeysWithValues: record.set.rates.map { ($0.key.code, $0.value.description) })
    }
}
