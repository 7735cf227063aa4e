internal import Glibc

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
