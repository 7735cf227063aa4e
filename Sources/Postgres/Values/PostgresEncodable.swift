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
    /// As its raw value.
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
