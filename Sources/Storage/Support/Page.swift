import Domain
import Postgres

/// A part of a list, and where the next part begins.
package struct Page<Item: Sendable>: Sendable {
    /// The items, in the list's order.
    package let items: [Item]
    /// Asks for the next part; `nil` at the end. Clients hand it back as it is.
    package let nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// Which part of a list is asked for.
package struct PageRequest: Hashable, Sendable {
    /// The most items that one part holds.
    package static let maximumLimit = 100

    /// How many items, 1 to 100.
    package let limit: Int
    /// Where to begin: `Page.nextCursor` of the part before, or `nil` for the start. Another one is refused with
    /// `StorageError.invalidCursor`.
    package let cursor: String?

    /// Limits outside of 1…100 are brought inside.
    package init(limit: Int = 20, cursor: String? = nil) {
        self.limit = min(max(limit, 1), Self.maximumLimit)
        self.cursor = cursor
    }
}

extension Page {
    /// Cuts a list that was read with one row more than asked for: the extra row says that there is a next part.
    ///
    /// - Parameter place: what the list is ordered by, of an item.
    init(_ rows: [Item], limit: Int, of list: ListCursor.List, place: (Item) -> [ListCursor.Value]) {
        let items = rows.count > limit ? Array(rows.prefix(limit)) : rows
        self.init(
            items: items,
            nextCursor: rows.count > limit ? items.last.map { ListCursor(place($0), of: list).description } : nil)
    }
}

extension PageRequest {
    /// Where the part before ended; `nil` at the start. Throws `StorageError.invalidCursor` for what no part of this
    /// list gave out.
    func values(of list: ListCursor.List) throws -> [ListCursor.Value]? {
        do {
            return try cursor.map { text throws(ListCursor.Invalid) in try ListCursor(text, of: list).values }
        } catch {
            throw StorageError.invalidCursor
        }
    }

    /// The same of a list that is ordered by id alone.
    func id<Owner>(of list: ListCursor.List) throws -> Identifier<Owner>? {
        guard let values = try values(of: list) else { return nil }
        guard case .text(let text)? = values.first, values.count == 1, let id = Identifier<Owner>(text) else {
            throw StorageError.invalidCursor
        }
        return id
    }
}
