import Domain
import Postgres

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
