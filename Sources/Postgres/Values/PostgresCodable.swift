/// A value that can be a parameter of a statement.
///
/// A type with a raw value needs no more than the conformance: `extension OrderStatus: PostgresEncodable {}`.
public protocol PostgresEncodable: Sendable {
    /// The value in PostgreSQL's text form.
    var postgresParameter: PostgresParameter { get }

    /// Many values as one array parameter. The default writes an array literal; bytes become a `bytea` instead.
    static func postgresParameter(for elements: [Self]) -> PostgresParameter
}

extension PostgresEncodable {
    /// An array literal, `{"a","b",NULL}`.
    public static func postgresParameter(for elements: [Self]) -> PostgresParameter {
        PostgresParameter(text: ArrayText.encode(elements.lazy.map { $0.postgresParameter.text }))
    }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    /// Sent as the raw value is.
    public var postgresParameter: PostgresParameter { rawValue.postgresParameter }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// Nil is NULL.
    public var postgresParameter: PostgresParameter { self?.postgresParameter ?? .null }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// One array parameter; `[UInt8]` is a `bytea`.
    public var postgresParameter: PostgresParameter { Element.postgresParameter(for: self) }
}

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

/// One value of a result as it came from the server: text form, not yet looked at.
public struct PostgresCell: Sendable {
    /// UTF-8; nil is NULL.
    public let bytes: ArraySlice<UInt8>?
    /// The column's name, for errors.
    public let column: String
    /// The column's type as the server numbers it (`pg_type.oid`).
    public let typeOID: UInt32

    init(bytes: ArraySlice<UInt8>?, column: String, typeOID: UInt32) {
        self.bytes = bytes
        self.column = column
        self.typeOID = typeOID
    }

    /// The bytes of a value that must not be NULL.
    public func required() throws(PostgresError) -> ArraySlice<UInt8> {
        guard let bytes else { throw mismatch("a value, not NULL") }
        return bytes
    }

    /// The error that says what was expected here; never what was found, which may be personal.
    public func mismatch(_ expected: String) -> PostgresError {
        var error = PostgresError(
            .decoding, "expected \(expected) in a column of type \(typeOID)\(bytes == nil ? ", which is NULL" : "")")
        error.column = column
        return error
    }
}
