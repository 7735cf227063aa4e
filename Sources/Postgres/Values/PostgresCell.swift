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
