/// All rows of one result as bytes, copied out of libpq's memory in one piece and shared by the rows.
///
/// Nothing is decoded before somebody asks for it.
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
