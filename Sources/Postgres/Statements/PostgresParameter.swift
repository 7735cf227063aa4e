/// A value on its way to the server, in PostgreSQL's text form.
///
/// The server infers each parameter's type from the statement, so the text of a number serves an `integer`, a `bigint`
/// and a `numeric` alike; where a statement leaves the type open, cast it: `\(ids)::uuid[]`.
public struct PostgresParameter: Hashable, Sendable {
    /// The text form; nil is NULL.
    public let text: String?

    /// A value in its text form; nil is NULL.
    public init(text: String?) { self.text = text }

    /// NULL.
    public static let null = PostgresParameter(text: nil)
}
