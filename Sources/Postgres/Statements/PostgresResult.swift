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

/// One row of a result. Values are decoded when asked for:
///
///     let id: UUID = try row["id"]
///     let note: String? = try row["note"]
public struct PostgresRow: Sendable {
    let table: ResultTable
    let index: Int

    /// The columns' names, in the statement's order.
    public var columns: [String] { table.columns.map(\.name) }

    /// The value of a column.
    /// - Throws: ``PostgresError/Code/decoding`` when there is no such column, it is NULL and the type not optional, or
    ///   of another type.
    public subscript<Value: PostgresDecodable>(_ column: String) -> Value {
        get throws(PostgresError) {
            guard let position = table.columns.firstIndex(where: { $0.name == column }) else {
                throw PostgresError(.decoding, "the result has no column named \(column)")
            }
            return try Value.decode(table.cell(row: index, column: position))
        }
    }

    /// The value of a column, counted from 0.
    /// - Throws: ``PostgresError/Code/decoding`` as above.
    public subscript<Value: PostgresDecodable>(_ position: Int) -> Value {
        get throws(PostgresError) {
            guard table.columns.indices.contains(position) else {
                throw PostgresError(.decoding, "the result has no column \(position)")
            }
            return try Value.decode(table.cell(row: index, column: position))
        }
    }
}

/// All rows of one result as bytes, copied out of libpq's memory in one piece and shared by the rows.
///
/// Nothing is decoded before a caller asks for it.
final class ResultTable: Sendable {
    struct Column: Sendable {
        let name: String
        let typeOID: UInt32
    }

    /// Where a cell's bytes stand; a negative length is NULL.
    struct Cell: Sendable {
        let start: Int
        let length: Int
    }

    let columns: [Column]
    /// Row by row.
    let cells: [Cell]
    let bytes: [UInt8]
    let rowCount: Int

    init(columns: [Column], rowCount: Int, cells: [Cell], bytes: [UInt8]) {
        self.columns = columns
        self.rowCount = rowCount
        self.cells = cells
        self.bytes = bytes
    }

    func cell(row: Int, column: Int) -> PostgresCell {
        let cell = cells[row * columns.count + column]
        return PostgresCell(
            bytes: cell.length < 0 ? nil : bytes[cell.start..<cell.start + cell.length],
            column: columns[column].name, typeOID: columns[column].typeOID)
    }
}
