import TestSupport
import Testing

@testable import Postgres

@Suite("A pipeline is one transaction in one round trip", .database())
struct PipelineTests {
    private let database: TestDatabase
    private var pool: PostgresPool { database.pool }

    init() throws { database = try TestDatabase.current }

    @Test("each statement has its result, in order")
    func results() async throws {
        try await pool.execute("CREATE TABLE results_test (a int)")
        let results = try await pool.pipeline([
            "INSERT INTO results_test SELECT generate_series(1, 3)", "SELECT a FROM results_test ORDER BY a",
            "UPDATE results_test SET a = a + 1 WHERE a > 1",
            "SELECT 1 WHERE false",
        ])
        #expect(results.map(\.affectedRows) == [3, 3, 2, 0])
        #expect(try results[1].rows.map { row throws(PostgresError) -> Int in try row["a"] } == [1, 2, 3])
    }

    @Test(
        "the first error is reported with its statement, the rest is not run and nothing stays", arguments: [0, 1, 2])
    func failure(position: Int) async throws {
        let table = "failure_test_\(position)"
        try await pool.execute(
            "CREATE TABLE \(identifier: table) (a int CONSTRAINT \(identifier: table + "_positive") CHECK (a > 0))")
        let statements = (0..<3).map { SQL("INSERT INTO \(table) VALUES ($1)", [$0 == position ? -1 : 1]) }
        let error = try await postgresError { try await pool.pipeline(statements) }
        #expect(error?.code == .server)
        #expect(error?.sqlState == .checkViolation)
        #expect(error?.statementIndex == position)
        #expect(error?.constraint == table + "_positive")
        #expect(error?.outcomeUnknown == false)
        let count: Int = try await pool.query("SELECT count(*) FROM \(identifier: table)")[0][0]
        #expect(count == 0)
        let later = try await postgresError {
            try await pool.transaction { tx in
                try tx.execute("INSERT INTO \(identifier: table) VALUES (1)")
                _ = try tx.pipeline(statements)
            }
        }
        #expect(later?.statementIndex == position)
    }

    @Test("a statement that does not parse is reported with its place, and its neighbours still work afterwards")
    func syntax() async throws {
        let error = try await postgresError { try await pool.pipeline(["SELECT 1", "SELEC 2", "SELECT 3"]) }
        #expect(error?.sqlState == .syntaxError)
        #expect(error?.statementIndex == 1)
        #expect(try await pool.pipeline(["SELECT 3", "SELECT 1"]).count == 2)
    }

    @Test("more than the sockets' buffers hold in both directions does not lock up")
    func large() async throws {
        let text = String(repeating: "0123456789abcdef", count: 65_536)
        let results = try await pool.pipeline((0..<24).map { _ in "SELECT \(text)::text AS text" })
        #expect(results.count == 24)
        for result in results {
            let back: String = try result.rows[0]["text"]
            #expect(back == text)
        }
    }

    @Test("a statement is prepared once per connection, and their number stays bounded")
    func bounded() async throws {
        let pool = try database.makePool {
            $0.poolSize = 1
            $0.preparedStatementLimit = 8
        }
        for round in 0..<3 {
            for number in 0..<30 { _ = try await pool.query(SQL("SELECT \(number), $1::int", [round])) }
        }
        for _ in 0..<5 { _ = try await pool.query("SELECT 'again'") }
        let names = try await pool.query("SELECT name, statement FROM pg_prepared_statements")
        #expect(names.count <= 9)
        let again = try names.filter { row throws(PostgresError) -> Bool in
            try row["statement"] as String == "SELECT 'again'"
        }
        #expect(again.count == 1)
        await pool.close()
    }

    @Test("a changed table makes the server refuse the old plan; it is prepared anew and nobody notices")
    func changedTable() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        try await pool.execute("CREATE TABLE plan_test AS SELECT 1 AS a")
        let read: SQL = "SELECT * FROM plan_test"
        #expect(try await pool.query(read)[0].columns == ["a"])
        try await pool.execute("ALTER TABLE plan_test ADD COLUMN b text")
        #expect(try await pool.query(read)[0].columns == ["a", "b"])
        try await pool.execute("ALTER TABLE plan_test ADD COLUMN c text")
        let columns = try await pool.transaction { tx -> [String] in
            try tx.execute("INSERT INTO plan_test VALUES (2)")
            return try tx.query(read)[0].columns
        }
        #expect(columns == ["a", "b", "c"])
        let count: Int = try await pool.query("SELECT count(*) FROM plan_test")[0][0]
        #expect(count == 2)
        await pool.close()
    }

    @Test("statements deallocated behind our back are prepared anew")
    func deallocated() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        _ = try await pool.query("SELECT 1")
        _ = try await pool.query("SELECT 2")
        try await pool.execute("DEALLOCATE ALL")
        #expect(try await pool.query("SELECT 1").count == 1)
        _ = try await pool.query("SELECT 2")
        try await pool.execute("DEALLOCATE ALL")
        #expect(try await pool.transaction { tx in try tx.query("SELECT 2").count } == 1)
        await pool.close()
    }
}
