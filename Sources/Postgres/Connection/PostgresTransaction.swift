internal import Glibc

/// A transaction while it is open. Handed to a transaction's body, and of no use outside it: it belongs to the
/// connection's thread.
///
/// Every call is one round trip and blocks the connection's thread, not Swift's pool. After a statement has failed the
/// server takes no more of them, so all later calls throw that first error again, and the transaction is rolled back
/// whatever the body returns.
public final class PostgresTransaction {
    private let session: Session
    private(set) var hasBegun = false
    /// The first statement that failed.
    private(set) var failure: PostgresError?

    init(_ session: Session) { self.session = session }

    /// Runs a statement and returns its rows.
    /// - Throws: ``PostgresError``.
    public func query(_ sql: SQL) throws(PostgresError) -> [PostgresRow] {
        try pipeline([sql])[0].rows
    }

    /// Runs a statement.
    /// - Returns: how many rows it inserted, updated, deleted or selected.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func execute(_ sql: SQL) throws(PostgresError) -> Int {
        try pipeline([sql])[0].affectedRows
    }

    /// Runs queries in one round trip, in order, and reads each answer as its own type:
    ///
    ///     let (order, lines, count) = try transaction.pipeline(orderQuery, lineQuery, countQuery)
    ///
    /// - Throws: ``PostgresError``, the first one of the server with ``PostgresError/statementIndex``, and then the
    ///   statements behind it were
    ///   not run; or what a member's decoding throws.
    @discardableResult
    public func pipeline<each Member: PipelineMember>(
        _ members: repeat each Member
    ) throws -> (repeat (each Member).Output) {
        var statements: [SQL] = []
        repeat (each members).append(to: &statements)
        var results = PipelineResults(try pipeline(statements))
        return (repeat try (each members).output(from: &results))
    }

    /// Runs one query, or whatever else can travel in a pipeline.
    /// - Throws: as ``pipeline(_:)``.
    @discardableResult
    public func run<Member: PipelineMember>(_ member: Member) throws -> Member.Output {
        try pipeline(member)
    }

    /// Runs statements in one round trip, in order, and drops their answers.
    /// - Throws: the first error, with ``PostgresError/statementIndex``; the statements behind it were not run.
    public func execute(_ statements: [SQL]) throws(PostgresError) {
        _ = try pipeline(statements)
    }

    /// Runs statements in one round trip, in order.
    /// - Returns: one result per statement.
    /// - Throws: the first error, with ``PostgresError/statementIndex``; the statements behind it were not run.
    public func pipeline(_ statements: [SQL]) throws(PostgresError) -> [PostgresResult] {
        if let failure { throw failure }
        if statements.isEmpty { return [] }
        do {
            let results = try session.run(statements, begin: !hasBegun)
            hasBegun = true
            return results
        } catch {
            // An unsendable parameter was noticed before anything went out; the transaction, if any, is as it was.
            if error.code != .encoding {
                hasBegun = true
                failure = error
            }
            throw error
        }
    }
}

extension Session {
    /// Runs `body` between BEGIN and COMMIT, again from its start when the server asks for that.
    ///
    /// - Parameters:
    ///   - attempts: how often the body is run at most.
    ///   - retried: called before each run but the first, with the error that caused it.
    /// - Throws: what the body throws; what the server says to a statement, even when the body kept it to itself;
    ///   ``PostgresError/outcomeUnknown`` is set when the connection broke after COMMIT was sent.
    func transaction<Value>(
        attempts: Int, retried: (PostgresError) -> Void, _ body: (PostgresTransaction) throws -> Value
    ) throws -> Value {
        var attempt = 1
        while true {
            let transaction = PostgresTransaction(self)
            do {
                let value = try body(transaction)
                // A failed statement makes the server turn COMMIT into ROLLBACK; a body that swallowed the error must
                // not look successful.
                if let failure = transaction.failure { throw failure }
                if transaction.hasBegun { try commit() }
                return value
            } catch {
                if transaction.hasBegun, isAlive, !isIdle { rollBack() }
                // The statement's own error decides, not what the body made of it.
                guard let cause = transaction.failure ?? error as? PostgresError, attempt < attempts, isAlive,
                    cause.asksForAnotherRun
                else {
                    throw error
                }
                retried(cause)
                if !cause.isStalePlan { Self.pause(beforeAttempt: attempt) }
                attempt += 1
            }
        }
    }

    private func commit() throws(PostgresError) {
        do {
            _ = try run(["COMMIT"])
        } catch {
            // What the server says here is about the transaction, not about one of its statements.
            throw error.code == .connectionLost ? error.withUnknownOutcome() : error.at(nil)
        }
    }

    /// Up to 2 ms after the first run, twice that after each further one, at most 64 ms, at random: so that two
    /// transactions which collided do not meet again. Blocks the connection's thread, which has nothing else to do.
    private static func pause(beforeAttempt attempt: Int) {
        let bound = UInt32(2_000) << UInt32(min(attempt - 1, 5))
        usleep(UInt32.random(in: 0...bound))
    }
}

extension PostgresError {
    /// Running the whole transaction again is safe and may help: it was rolled back.
    fileprivate var asksForAnotherRun: Bool {
        code == .server && (isStalePlan || sqlState?.asksForAnotherRun == true)
    }
}
