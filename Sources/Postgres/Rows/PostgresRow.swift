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
