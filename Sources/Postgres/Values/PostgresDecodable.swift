/// A value that can be read from a column.
public protocol PostgresDecodable {
    /// Reads the value, or throws ``PostgresError/Code/decoding`` when the cell holds something else.
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self

    /// Reads an array of such values. The default reads an array literal; bytes read a `bytea` instead.
    static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [Self]
}

extension PostgresDecodable {
    /// Reads an array literal of one dimension.
    public static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [Self] {
        var values: [Self] = []
        for element in try ArrayText.decode(cell) {
            values.append(try decode(element))
        }
        return values
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    /// From its raw value; a value the type does not know is an error.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self {
        guard let value = Self(rawValue: try RawValue.decode(cell)) else { throw cell.mismatch("a \(Self.self)") }
        return value
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// NULL is nil.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// An array column; `[UInt8]` reads a `bytea`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> [Element] {
        try Element.decodeArray(cell)
    }
}
