public import Logging

/// Connections to one database, shared by the whole process.
///
/// Callers are served in the order they come. Connections are opened when needed, up to the configured number, each
/// with a thread of its own on which transactions run as plain synchronous code: a transaction costs a hop there and a
/// hop back however many statements it has, and cannot await anything while it holds row locks.
///
/// When the server goes away, callers wait for its return as long as ``PostgresConfiguration/acquireTimeout``; what was
/// being run fails with ``PostgresError/Code/connectionLost``. A connection that was ended while idle is replaced
/// before anything is sent on it.
///
/// A task that is canceled while it waits for a connection gives up with `CancellationError`; what already runs is
/// finished.
public final class PostgresPool: Sendable {
    private let core: PoolCore

    /// A pool with no connection yet.
    public init(_ configuration: PostgresConfiguration, logger: Logger) {
        core = PoolCore(configuration, logger: logger)
    }

    deinit { core.close() }

    /// The pool at this moment.
    public var statistics: PoolStatistics { core.statistics }

    /// The configuration the pool was made with.
    public var configuration: PostgresConfiguration { core.configuration }

    /// Whether the server is reached through a pooler, as far as a connection has found out or the configuration says.
    public var isPooled: Bool { configuration.pooler == .transaction || configuration.knowledge.isThere }

    /// Runs `body` on a connection's thread between BEGIN, which rides with the first statement, and COMMIT. Nothing is
    /// sent for a body that runs no statement.
    ///
    /// Rolled back when `body` throws or one of its statements failed. Run again from its start, some times, when the
    /// server reports a serialization failure or a deadlock; so the body must have no effects of its own.
    ///
    /// - Throws: what `body` throws, ``PostgresError``, or `CancellationError` while waiting.
    ///   ``PostgresError/outcomeUnknown`` is set when the connection broke after COMMIT was sent.
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresTransaction) throws -> Value
    ) async throws -> Value {
        let core = core
        return try await perform { session in
            try session.transaction(attempts: core.configuration.transactionAttempts, retried: core.retried, body)
        }
    }

    /// Runs one statement in a transaction of its own and returns its rows.
    /// - Throws: ``PostgresError``, or `CancellationError` while waiting.
    public func query(_ sql: SQL) async throws -> [PostgresRow] {
        try await perform { session in try session.autocommit([sql])[0].rows }
    }

    /// Runs one statement in a transaction of its own.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    /// - Throws: ``PostgresError``, or `CancellationError` while waiting.
    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int {
        try await perform { session in try session.autocommit([sql])[0].affectedRows }
    }

    /// Runs queries as one transaction in one round trip, and reads each answer as its own type:
    ///
    ///     let (order, lines, count) = try await database.pipeline(orderQuery, lineQuery, countQuery)
    ///
    /// - Throws: ``PostgresError`` with ``PostgresError/statementIndex``, and then none of them has taken effect
    ///   (unless
    ///   ``PostgresError/outcomeUnknown``); what a member's decoding throws, when all have; or `CancellationError`
    ///   while waiting.
    @discardableResult
    public func pipeline<each Member: PipelineMember>(
        _ members: repeat each Member
    ) async throws -> (repeat (each Member).Output) {
        var statements: [SQL] = []
        repeat (each members).append(to: &statements)
        var results = PipelineResults(try await pipeline(statements))
        return (repeat try (each members).output(from: &results))
    }

    /// Runs one query as a transaction, or whatever else can travel in a pipeline.
    /// - Throws: as ``pipeline(_:)``.
    @discardableResult
    public func run<Member: PipelineMember>(_ member: Member) async throws -> Member.Output {
        try await pipeline(member)
    }

    /// Runs statements as one transaction in one round trip and drops their answers.
    /// - Throws: ``PostgresError`` as ``pipeline(_:)``, or `CancellationError` while waiting.
    public func execute(_ statements: [SQL]) async throws {
        _ = try await pipeline(statements)
    }

    /// Runs statements as one transaction in one round trip.
    /// - Returns: one result per statement.
    /// - Throws: ``PostgresError`` with ``PostgresError/statementIndex``, and then none of them has taken effect
    ///   (unless ``PostgresError/outcomeUnknown``); or `CancellationError` while waiting.
    public func pipeline(_ statements: [SQL]) async throws -> [PostgresResult] {
        if statements.isEmpty { return [] }
        return try await perform { session in try session.autocommit(statements) }
    }

    /// Runs `body` with a connection for itself: for advisory locks, settings, scripts. The connection is reset
    /// afterwards.
    /// - Throws: what `body` throws, ``PostgresError``, or `CancellationError` while waiting.
    public func withConnection<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let attempts = core.configuration.transactionAttempts
        return try await perform { session in
            defer { session.reset() }
            return try body(PostgresSession(session, attempts: attempts))
        }
    }

    /// Refuses new work, fails what waits, and returns once what runs has finished and every connection is closed.
    public func close() async {
        core.close()
        await core.drained()
    }

    private func perform<Value: Sendable>(_ body: @escaping @Sendable (Session) throws -> Value) async throws -> Value {
        let core = core
        let ticket = core.nextTicket()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                let work = PoolWork(
                    run: { session in continuation.resume(with: Result { try body(session) }) },
                    fail: { continuation.resume(throwing: $0) })
                core.submit(work, ticket: ticket)
                // Canceled between the check and the submission: the handler below found no waiter in the line.
                if Task.isCancelled { core.cancel(ticket) }
            }
        } onCancel: {
            core.cancel(ticket)
        }
    }
}

/// A pool at one moment.
public struct PoolStatistics: Sendable, Equatable {
    /// Connections there are, in whatever state.
    public var size: Int
    /// Connections not in use.
    public var idle: Int
    /// Connections in use.
    public var inUse: Int
    /// Connections being opened.
    public var connecting: Int
    /// Callers waiting for a connection.
    public var waiting: Int
    /// Counts since the pool was made.
    public var totals: Totals

    /// Counts since the pool was made.
    public struct Totals: Sendable, Equatable {
        /// Transactions, queries and pipelines asked for.
        public var submitted = 0
        /// Given up by their caller before a connection was free.
        public var canceled = 0
        /// Given up because no connection became free in time.
        public var timedOut = 0
        /// Connections opened.
        public var connected = 0
        /// Attempts to connect that failed.
        public var connectFailed = 0
        /// Connections that broke.
        public var lost = 0
        /// Runs of a transaction beyond its first.
        public var retried = 0
    }
}
