/// A statement and what its answer is read as.
///
///     let numbers = Query.rows("SELECT number FROM orders WHERE status = \(status)") { try $0["number"] as Int64 }
///     let shown: [Int64] = try await database.run(numbers)
///
/// Several queries share one round trip and each keeps its type: see ``PostgresTransaction/pipeline(_:)``.
public struct Query<Output>: Sendable {
    /// The statement with its parameters.
    public let sql: SQL
    private let decode: @Sendable (PostgresResult) throws -> Output

    /// - Parameter decode: reads the answer. What it throws is thrown by the call that runs the query; it runs on the
    ///   connection's thread inside a transaction, and on the caller's otherwise.
    public init(_ sql: SQL, _ decode: @escaping @Sendable (PostgresResult) throws -> Output) {
        self.sql = sql
        self.decode = decode
    }

    /// The same statement, its answer read further.
    /// - Throws: nothing itself: what `transform` throws is thrown where the query is run.
    public func map<Value>(_ transform: @escaping @Sendable (Output) throws -> Value) -> Query<Value> {
        let decode = decode
        return Query<Value>(sql) { try transform(decode($0)) }
    }
}

extension Query {
    /// Reads every row.
    /// - Throws: nothing itself: what `decode` throws is thrown where the query is run.
    public static func rows<Row>(_ sql: SQL, _ decode: @escaping @Sendable (PostgresRow) throws -> Row) -> Query
    where Output == [Row] {
        Query(sql) { try $0.rows.map(decode) }
    }

    /// Reads the first row; nil when there is none.
    /// - Throws: nothing itself: what `decode` throws is thrown where the query is run.
    public static func firstRow<Row>(_ sql: SQL, _ decode: @escaping @Sendable (PostgresRow) throws -> Row) -> Query
    where Output == Row? {
        Query(sql) { try $0.rows.first.map(decode) }
    }

    /// Reads the one row that a statement like `SELECT count(*)` always returns. No row is a
    /// ``PostgresError/Code/decoding`` error.
    /// - Throws: nothing itself; see above for where the query is run.
    public static func row(_ sql: SQL, _ decode: @escaping @Sendable (PostgresRow) throws -> Output) -> Query {
        Query(sql) { result in
            guard let row = result.rows.first else {
                throw PostgresError(.decoding, "expected a row, and there is none")
            }
            return try decode(row)
        }
    }
}

extension Query where Output == Int {
    /// How many rows the statement inserted, updated, deleted or selected.
    public static func count(_ sql: SQL) -> Query {
        Query(sql) { $0.affectedRows }
    }
}

extension Query where Output == Bool {
    /// Whether the statement inserted, updated, deleted or selected any row.
    public static func any(_ sql: SQL) -> Query {
        Query(sql) { $0.affectedRows > 0 }
    }
}

extension Query: PipelineMember {
    /// Adds its one statement.
    public func append(to statements: inout [SQL]) {
        statements.append(sql)
    }

    /// Reads its one result. Throws what its decoding throws; a ``PostgresError/Code/decoding`` error names the
    /// statement.
    public func output(from results: inout PipelineResults) throws -> Output {
        let index = results.position
        do {
            return try decode(results.next())
        } catch let error as PostgresError where error.code == .decoding && error.statementIndex == nil {
            throw error.at(index)
        }
    }
}

/// Several queries that make one value together: the rows of two tables, an insertion and what it has to be checked
/// with.
public struct QueryGroup<Output>: Sendable {
    private let statements: [SQL]
    private let decode: @Sendable (inout PipelineResults) throws -> Output

    /// - Parameter combine: makes the value from what the members were read as, in their order.
    /// - Throws: nothing itself: what `combine` throws is thrown where the group is run.
    public init<each Member: PipelineMember>(
        _ members: repeat each Member, combine: @escaping @Sendable (repeat (each Member).Output) throws -> Output
    ) {
        var statements: [SQL] = []
        repeat (each members).append(to: &statements)
        self.statements = statements
        decode = { results in try combine(repeat (each members).output(from: &results)) }
    }
}

extension QueryGroup: PipelineMember {
    /// Adds its members' statements.
    public func append(to statements: inout [SQL]) {
        statements += self.statements
    }

    /// Reads its members' results. Throws what the first of them throws that cannot be read.
    public func output(from results: inout PipelineResults) throws -> Output {
        try decode(&results)
    }
}
