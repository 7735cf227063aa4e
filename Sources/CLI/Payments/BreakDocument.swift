import Domain
import Storage

/// Breaks for scripts.
struct BreakListDocument: Encodable {
    struct Item: Encodable {
        let id: String
        let kind: String
        let object: String
        let providerID: String
        let orderID: String?
        let amount: Int64?
        let currency: String?
        let reason: String
        let status: String
        let foundAt: String
        let lastSeenAt: String
        let healedAt: String?
        let resolvedAt: String?
        let resolvedBy: String?
        let note: String?
    }

    let items: [Item]
    let nextCursor: String?

    init(_ page: Page<ReconciliationBreak>) {
        items = page.items.map(Item.init)
        nextCursor = page.nextCursor
    }
}

extension BreakListDocument.Item {
    init(_ item: ReconciliationBreak) {
        self.init(
            id: item.id.description, kind: item.kind.rawValue, object: item.object.rawValue,
            providerID: item.providerID,
            orderID: item.orderID?.description, amount: item.amount?.amount, currency: item.amount?.currency.code,
            reason: item.reason,
            status: item.status.rawValue, foundAt: TimeText.stamp(item.foundAt),
            lastSeenAt: TimeText.stamp(item.lastSeenAt),
            healedAt: item.healedAt.map(TimeText.stamp), resolvedAt: item.resolvedAt.map(TimeText.stamp),
            resolvedBy: item.resolvedBy,
            note: item.note)
    }
}
