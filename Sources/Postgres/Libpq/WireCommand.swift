/// One message to the server inside a pipeline.
enum WireCommand {
    /// Parse a statement under a name.
    case prepare(name: String, text: String)
    /// Run a prepared statement.
    case execute(name: String, parameters: [PostgresParameter])
    /// Parse and run a statement that is not kept.
    case once(String, [PostgresParameter])

    var parameters: [PostgresParameter] {
        switch self {
        case .prepare: []
        case .execute(_, let parameters), .once(_, let parameters): parameters
        }
    }
}

/// What became of a ``WireCommand``.
enum WireOutcome {
    case done(WireResult)
    case failed(PostgresError)
    /// Not run, because an earlier command of the pipeline failed.
    case skipped
}

/// The answer to a command that worked.
struct WireResult {
    /// The rows, of a command that returns some.
    let table: ResultTable?
    let affectedRows: Int
}
