import Postgres
import TestSupport
import Testing

@Suite("Queries of one round trip are each read as their own type", .database())
struct QueryTests {
    private struct Refused: Error {}

    private let pool: PostgresPool

    init() throws { pool = try TestDatabase.current.pool }

    @Test("rows, the first row, one row, a count and whether there is any come back in the order of the queries")
    func types() async throws {
        try await pool.execute("CREATE TABLE types_test (id int, name text)")
        let (inserted, names, first, missing, sum, isThere) = try await pool.transaction { transaction in
            try transaction.pipeline(
                Query.count("INSERT INTO types_test VALUES (1, 'one'), (2, 'two')"),
                Query.rows("SELECT name FROM types_test ORDER BY id") { try $0["name"] as String },
                Query.firstRow("SELECT id FROM types_test ORDER BY id DESC") { try $0["id"] as Int },
                Query.firstRow("SELECT id FROM types_test WHERE id > 2") { try $0["id"] as Int },
                Query.row("SELECT sum(id) AS sum FROM types_test") { try $0["sum"] as Int },
                Query.any("SELECT FROM types_test WHERE id > 2"))
        }
        #expect(inserted == 2)
        #expect(names == ["one", "two"])
        #expect(first == 2)
        #expect(missing == nil)
        #expect(sum == 3)
        #expect(!isThere)
    }

    @Test(
        "a statement nobody reads, arrays and absent members keep their neighbors in place", arguments: [false, true])
    func members(isAsked: Bool) async throws {
        let statement: SQL = "SELECT 0 AS value"
        let numbers = [1, 2, 3].map { number in Query.row("SELECT \(number)::int AS value") { try $0["value"] as Int } }
        let optional = isAsked ? Query.row("SELECT 4 AS value") { try $0["value"] as Int } : nil
        let pair = QueryGroup(
            Query.row("SELECT 'a' AS value") { try $0["value"] as String },
            Query.row("SELECT 5 AS value") { try $0["value"] as Int }
        ) { "\($0)\($1)" }
        let last = Query.row("SELECT 'last' AS value") { try $0["value"] as String }.map(\.count)
        let none: [Query<Int>] = []
        let (_, read, four, both, nothing, length) = try await pool.pipeline(
            statement, numbers, optional, pair, none, last)
        #expect(read == [1, 2, 3])
        #expect(four == (isAsked ? 4 : nil))
        #expect(both == "a5")
        #expect(nothing.isEmpty)
        #expect(length == 4)
    }

    @Test("a refused statement and an answer of another type are reported with the statement's place")
    func places() async throws {
        let fine = Query.row("SELECT 1 AS value") { try $0["value"] as Int }
        let refused = Query.row("SELECT 1 / 0 AS value") { try $0["value"] as Int }
        let server = try await postgresError { try await pool.pipeline(fine, [fine, fine], refused) }
        #expect(server?.code == .server)
        #expect(server?.statementIndex == 3)
        let misread = Query.row("SELECT 'x' AS value") { try $0["value"] as Int }
        let decoding = try await postgresError { try await pool.pipeline(fine, [fine, misread], fine) }
        #expect(decoding?.code == .decoding)
        #expect(decoding?.statementIndex == 2)
        let empty = Query.row("SELECT 1 AS value WHERE false") { try $0["value"] as Int }
        #expect(try await postgresError { try await pool.run(empty) }?.statementIndex == 0)
    }

    @Test("a member that does not accept its answer takes the transaction back")
    func refusedAnswer() async throws {
        try await pool.execute("CREATE TABLE refused_answer_test (a int)")
        let guarded = Query<Void>("UPDATE refused_answer_test SET a = 2 WHERE a = 3") { result in
            if result.affectedRows == 0 { throw Refused() }
        }
        await #expect(throws: Refused.self) {
            try await pool.transaction { transaction in
                let insertion: SQL = "INSERT INTO refused_answer_test VALUES (1)"
                try transaction.pipeline(insertion, guarded)
            }
        }
        #expect(try await pool.run(Query.count("SELECT FROM refused_answer_test")) == 0)
    }

    @Test("a pipeline of nothing sends nothing")
    func nothing() async throws {
        let none: [Query<Int>] = []
        let absent: Query<Int>? = nil
        let (outputs, output) = try await pool.transaction { try $0.pipeline(none, absent) }
        #expect(outputs.isEmpty)
        #expect(output == nil)
        try await pool.execute([])
    }
}
