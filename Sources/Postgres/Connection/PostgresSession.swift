/// One connection for oneself, for what belongs to a connection and not to a transaction: advisory locks, settings,
/// scripts.
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

    /// Runs queries as one transaction in one round trip, and reads each answer as its own type.
    /// - Throws: ``PostgresError``, and then none of them has taken effect; or what a member's decoding throws, when
    ///   all have.
    @discardableResult
    public func pipeline<each Member: PipelineMember>(
        _ members: repeat each Member
    ) throws -> (repeat (each Member).Output) {
        var statements: [SQL] = []
        repeat (each members).append(to: &statements)
        var results = PipelineResults(try pipeline(statements))
        return (repeat try (each members).output(from: &results))
    }

    /// Runs one query as a transaction, or whatever else can travel in a pipeline.
    /// - Throws: as ``pipeline(_:)``.
    @discardableResult
    public func run<Member: PipelineMember>(_ member: Member) throws -> Member.Output {
        try pipeline(member)
    }

    /// Runs statements as one transaction in one round trip and drops their answers.
    /// - Throws: ``PostgresError``; then none of them has taken effect.
    public func execute(_ statements: [SQL]) throws(PostgresError) {
        _ = try pipeline(statements)
    }

    /// Runs statements as one transaction in one round trip.
    /// - Throws: ``PostgresError``; then none of them has taken effect.
    public func pipeline(_ statements: [SQL]) throws(PostgresError) -> [PostgresResult] {
        statements.isEmpty ? [] : try session.autocommit(statements)
    }

    /// Runs a text of several statements separated by semicolons, without parameters. They are one transaction, unless
    /// the text or an open transaction says otherwise.
    /// - Throws: ``PostgresError``.
    public func script(_ text: String) throws(PostgresError) {
        try session.script(text)
    }

    /// A transaction on this connection; see ``PostgresPool/transaction(_:)``.
    /// - Throws: ``PostgresError``, or what `body` throws; then nothing was changed.
    public func transaction<Value>(_ body: (PostgresTransaction) throws -> Value) throws -> Value {
        try session.transaction(attempts: attempts, retried: { _ in }, body)
    }

    /// A pooler stands between this process and the server: settings and locks outside a transaction may be another
    /// client's.
    public var isPooled: Bool { session.isPooled }

    /// Runs `body` while this process alone holds an advisory lock of the database. The lock ends with `body`, and with
    /// the process.
    ///
    /// Behind a pooler a lock of a session would stay with a server connection that others use next, so a second
    /// connection holds it in a transaction meanwhile. Locks of sessions and of transactions shut each other out.
    /// - Parameter key: any number that stays the same.
    /// - Returns: nil when another session holds it.
    /// - Throws: ``PostgresError``, or what `body` throws; the lock is released.
    public func withLock<Value>(_ key: Int, _ body: () throws -> Value) throws -> Value? {
        guard session.isPooled else {
            guard try query("SELECT pg_try_advisory_lock(\(key))")[0][0] else { return nil }
            let result = Result { try body() }
            if session.isAlive && session.isIdle { _ = try? query("SELECT pg_advisory_unlock(\(key))") }
            return try result.get()
        }
        let holder = try session.another()
        // Without a snapshot, so that no `CREATE INDEX CONCURRENTLY` waits for it: one belongs to a SELECT until
        // the next statement.
        let answers = try holder.run(
            [
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SELECT pg_try_advisory_xact_lock(\(key))",
                "SET LOCAL idle_in_transaction_session_timeout = 0",
            ], begin: true)
        defer { holder.rollBack() }
        return try answers[1].rows[0][0] ? body() : nil
    }

    /// Lets statements take as long as they like from here on. Behind a pooler the server's own limits hold, outside
    /// transactions, which are none unless an operator has set some.
    public func liftTimeouts() throws(PostgresError) {
        if !session.isPooled {
            try script("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0")
        }
    }

    /// Begins a transaction that ends with a script, with these statements.
    func begin(_ statements: [SQL]) throws(PostgresError) {
        _ = try session.run(statements, begin: true)
    }

    /// Whether a transaction is open that a script began.
    var isInTransaction: Bool { !session.isIdle }

    /// Ends a transaction that a script began.
    func rollBack() { session.rollBack() }
}
