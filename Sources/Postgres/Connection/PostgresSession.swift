/// One connection for oneself, for what belongs to a connection and not to a transaction: advisory locks, settings, scripts.
///
/// Belongs to the connection's thread like ``PostgresTransaction``. The connection is reset when the body ends.
public final class PostgresSession {
    private let session: Session
    private let attempts: Int

    init(_ session: Session, attempts: Int) {
        self.session = session
        self.attempts = attempts
    }

    /// The server process behind this connection, as `pg_stat_activity` shows it.
    public var processID: Int { Int(session.processID) }

    /// Runs a statement in a transaction of its own and returns its rows.
    /// - Throws: ``PostgresError``.
    public func query(_ sql: SQL) throws(PostgresError) -> [PostgresRow] {
        try session.autocommit([sql])[0].rows
    }

    /// Runs a statement in a transaction of its own.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func execute(_ sql: SQL) throws(PostgresError) -> Int {
        try session.autocommit([sql])[0].affectedRows
    }

    /// Runs statements as one transaction in one round trip.
    /// - Throws: ``PostgresError``; then none of them has taken effect.
    public func pipeline(_ statements: [SQL]) throws(PostgresError) -> [PostgresResult] {
        statements.isEmpty ? [] : try session.autocommit(statements)
    }

    /// Runs a text of several statements separated by semicolons, without parameters. They are one transaction, unless the text or
    /// an open transaction says otherwise.
    /// - Throws: ``PostgresError``.
    public func script(_ text: String) throws(PostgresError) {
        try session.script(text)
    }

    /// A transaction on this connection; see ``PostgresPool/transaction(_:)``.
    public func transaction<Value>(_ body: (PostgresTransaction) throws -> Value) throws -> Value {
        try session.transaction(attempts: attempts, retried: { _ in }, body)
    }

    /// Whether a transaction is open that a script began.
    var isInTransaction: Bool { !session.isIdle }

    /// Ends a transaction that a script began.
    func rollBack() { session.rollBack() }
}
