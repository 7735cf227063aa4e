/// What a statement gave back.
public struct PostgresResult: Sendable {
    /// The rows; empty for a statement that returns none.
    public let rows: [PostgresRow]
    /// How many rows were inserted, updated, deleted or selected.
    public let affectedRows: Int

    init(table: ResultTable?, affectedRows: Int) {
        self.rows = table.map { table in (0..<table.rowCount).map { PostgresRow(table: table, index: $0) } } ?? []
        self.affectedRows = affectedRows
    }
}
