import Domain
import Storage

/// The rates for scripts.
struct RateDocument: Encodable {
    struct Item: Encodable {
        let id: String
        let status: String
        let source: String
        let base: String
        let date: String
        let fetchedAt: String
        let checkedAt: String
        let rates: [String: String]
    }

    struct Move: Encodable {
        let currency: String
        let base: String
        let old: String
        let new: String
    }

    struct Held: Encodable {
        let set: Item
        let moves: [Move]
    }

    let current: Item?
    let ageDays: Int?
    let held: [Held]

    init(_ status: RateStatus) {
        current = status.current.map(Item.init)
        ageDays = status.ageDays
        held = status.held.map { record in
            Held(
                set: Item(record),
                moves: status.moves(of: record).map {
                    Move(
                        currency: $0.currency.code, base: $0.base.code, old: $0.old.description, new: $0.new.description
                    )
                })
        }
    }
}

extension RateDocument.Item {
    init(_ record: RateSetRecord) {
        self.init(
            id: record.set.id.description, status: record.status.rawValue, source: record.set.source,
            base: record.set.base.code,
            date: record.set.date.description, fetchedAt: TimeText.stamp(record.fetchedAt),
            checkedAt: TimeText.stamp(record.checkedAt),
            rates: Dictionary(uniqueKeysWithValues: record.set.rates.map { ($0.key.code, $0.value.description) }))
    }
}
