import TestSupport
import Testing

@testable import Postgres

@Suite("A transaction happens wholly or not at all", .database(poolSize: 8))
struct TransactionTests {
    private struct Refused: Error {}

    private let pool: PostgresPool

    init() throws { pool = try TestDatabase.current.pool }

    private func count(_ table: String) async throws -> Int {
        try await pool.query("SELECT count(*) FROM \(identifier: table)")[0][0]
    }

    @Test("a body that throws leaves nothing")
    func rollback() async throws {
        try await pool.execute("CREATE TABLE rollback_test (a int)")
        await #expect(throws: Refused.self) {
            try await pool.transaction { tx in
                try tx.execute("INSERT INTO rollback_test VALUES (1)")
                throw Refused()
            }
        }
        #expect(try await count("rollback_test") == 0)
        try await pool.transaction { tx in _ = try tx.execute("INSERT INTO rollback_test VALUES (1)") }
        #expect(try await count("rollback_test") == 1)
    }

    @Test("a failed statement fails the transaction even when the body keeps the error to itself")
    func swallowed() async throws {
        try await pool.execute("CREATE TABLE swallow_test (a int PRIMARY KEY)")
        let error = try await postgresError {
            try await pool.transaction { tx in
                try tx.execute("INSERT INTO swallow_test VALUES (1)")
                _ = try? tx.execute("INSERT INTO swallow_test VALUES (1)")
            }
        }
        #expect(error?.sqlState == .uniqueViolation)
        #expect(try await count("swallow_test") == 0)
    }

    @Test("a constraint checked at commit fails the transaction")
    func deferred() async throws {
        try await pool.execute("CREATE TABLE deferred_test (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        let inTransaction = try await postgresError {
            try await pool.transaction { tx in _ = try tx.execute("INSERT INTO deferred_test VALUES (1), (1)") }
        }
        #expect(inTransaction?.sqlState == .uniqueViolation)
        #expect(inTransaction?.constraint == "deferred_test_a_key")
        let alone = try await postgresError { try await pool.execute("INSERT INTO deferred_test VALUES (1), (1)") }
        #expect(alone?.sqlState == .uniqueViolation)
        #expect(try await count("deferred_test") == 0)
    }

    @Test("BEGIN rides with the first statement, and a body without statements sends nothing")
    func begin() async throws {
        #expect(try await pool.transaction { _ in 42 } == 42)
        let states = try await pool.transaction { tx -> [Bool] in
            // now() is the transaction's start, so it stays the same from the first statement on.
            let first: String = try tx.query("SELECT now()::text")[0][0]
            let second: String = try tx.query("SELECT now()::text")[0][0]
            return [first == second]
        }
        #expect(states == [true])
    }

    @Test("a serialisation failure runs the body again, and both changes count")
    func serialisation() async throws {
        try await pool.execute("CREATE TABLE counter_test (id int PRIMARY KEY, n int)")
        try await pool.execute("INSERT INTO counter_test VALUES (1, 0)")
        let pool = try TestDatabase.current.makePool {
            $0.poolSize = 4
            // Four that all want the one row lose often.
            $0.transactionAttempts = 200
        }
        let runs = Tally()
        // Under REPEATABLE READ a row that changed since the snapshot cannot be updated: 40001.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10 {
                        try await pool.transaction { tx in
                            runs.increment()
                            try tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                            let n: Int = try tx.query("SELECT n FROM counter_test WHERE id = 1")[0][0]
                            try tx.execute("SELECT pg_sleep(0.002)")
                            try tx.execute("UPDATE counter_test SET n = \(n + 1) WHERE id = 1")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let total: Int = try await pool.query("SELECT n FROM counter_test")[0][0]
        #expect(total == 40)
        #expect(runs.value > 40)
        #expect(pool.statistics.totals.retried == runs.value - 40)
        await pool.close()
    }

    @Test("a deadlock's loser runs again, though its body disguised the error")
    func deadlock() async throws {
        try await pool.execute("CREATE TABLE deadlock_test (id int PRIMARY KEY, n int)")
        try await pool.execute("INSERT INTO deadlock_test VALUES (1, 0), (2, 0)")
        let runs = Tally()
        let holding = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (first, second) in [(1, 2), (2, 1)] {
                group.addTask {
                    try await pool.transaction { tx in
                        runs.increment()
                        try tx.execute("SET LOCAL deadlock_timeout = '20ms'")
                        try tx.execute("UPDATE deadlock_test SET n = n + 1 WHERE id = \(first)")
                        // Each has its first row before either asks for its second; not on a repeated run, when the
                        // other is done.
                        holding.increment()
                        let deadline = ContinuousClock.now + .seconds(5)
                        while holding.value < 2, ContinuousClock.now < deadline {
                            try tx.execute("SELECT pg_sleep(0.001)")
                        }
                        do {
                            try tx.execute("UPDATE deadlock_test SET n = n + 1 WHERE id = \(second)")
                        } catch {
                            throw Refused()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let totals: [Int] = try await pool.query("SELECT array_agg(n ORDER BY id) FROM deadlock_test")[0][0]
        #expect(totals == [2, 2])
        #expect(runs.value == 3)
    }

    @Test("a transaction that always loses is reported after the configured number of runs")
    func bounded() async throws {
        let pool = try TestDatabase.current.makePool {
            $0.poolSize = 1
            $0.transactionAttempts = 3
        }
        let runs = Tally()
        let error = try await postgresError {
            try await pool.transaction { tx in
                runs.increment()
                try tx.execute("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")
            }
        }
        #expect(error?.sqlState == .serializationFailure)
        #expect(runs.value == 3)
        await pool.close()
    }
}
