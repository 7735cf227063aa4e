import TestSupport
import Testing

@testable import Postgres

@Suite("Statements are planned once, and not for ever")
struct PlanTests {
    @Test("plans live for a second, then twice as long each time, half a minute at most")
    func freshness() {
        let start = ContinuousClock.now
        var freshness = PlanFreshness(at: start)
        var lives: [Duration] = []
        var last = start
        for second in 1...130 where freshness.isOver(at: start + .seconds(second)) {
            lives.append(start + .seconds(second) - last)
            last = start + .seconds(second)
        }
        #expect(lives == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    }

    @Test("a transaction may set its isolation first, also when plans are to be dropped")
    func isolation() async throws {
        try await TestDatabase.with(migrations: [], poolSize: 1) { database in
            // Longer than the first plans live.
            _ = try await database.pool.query("SELECT 1 FROM pg_sleep(1.1)")
            let level: String = try await database.pool.transaction { transaction in
                _ = try transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                return try transaction.query("SELECT current_setting('transaction_isolation') AS level")[0]["level"]
            }
            #expect(level == "repeatable read")
        }
    }

    @Test("a transaction may set its isolation first, also when forgotten statements are to be dropped")
    func isolationAfterEviction() async throws {
        try await TestDatabase.with(migrations: [], poolSize: 1) { database in
            let pool = try database.makePool {
                $0.poolSize = 1
                $0.preparedStatementLimit = 2
            }
            for statement: SQL in ["SELECT 1", "SELECT 2", "SELECT 3"] { _ = try await pool.query(statement) }
            let level: String = try await pool.transaction { transaction in
                _ = try transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                return try transaction.query("SELECT current_setting('transaction_isolation') AS level")[0]["level"]
            }
            #expect(level == "repeatable read")
            await pool.close()
        }
    }

    @Test("a statement with parameters is planned without their values")
    func modes() async throws {
        try await TestDatabase.with(migrations: [], poolSize: 1) { database in
            for number in 1...3 { _ = try await database.pool.query("SELECT \(number)::integer + 41 AS n") }
            let rows = try await database.pool.query(
                """
                SELECT generic_plans, custom_plans FROM pg_prepared_statements
                 WHERE statement LIKE '%+ 41%' AND statement NOT LIKE '%pg_prepared%'
                """
            )
            #expect(try rows[0]["generic_plans"] as Int == 3 && rows[0]["custom_plans"] as Int == 0)
        }
    }
}
