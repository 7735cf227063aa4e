extension Page {
    /// Cuts a list that was read with one row more than asked for: the extra row says that there is a next part.
    init(_ rows: [Item], limit: Int, cursor: (Item) -> String) {
        let items = rows.count > limit ? Array(rows.prefix(limit)) : rows
        self.init(items: items, nextCursor: rows.count > limit ? items.last.map(cursor) : nil)
    }
}
