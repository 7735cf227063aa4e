public import FoundationEssentials

extension String: PostgresEncodable, PostgresDecodable {
    /// As it is. Text with a NUL in it cannot be stored and is refused when sent.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: self) }

    /// The text form of a column of any type.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> String {
        String(decoding: try cell.required(), as: UTF8.self)
    }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `t` or `f`.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: self ? "t" : "f") }

    /// A `boolean`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        let bytes = try cell.required()
        if bytes.elementsEqual([UInt8(ascii: "t")]) { return true }
        if bytes.elementsEqual([UInt8(ascii: "f")]) { return false }
        throw cell.mismatch("true or false")
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    /// With hyphens.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: uuidString) }

    /// A `uuid`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> UUID {
        guard let value = UUID(uuidString: String(decoding: try cell.required(), as: UTF8.self)) else {
            throw cell.mismatch("a UUID")
        }
        return value
    }
}
