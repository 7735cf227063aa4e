import TestSupport
import Testing

@testable import Postgres

@Suite("A connection is what the configuration says, and errors keep secrets", .database())
struct ConfigurationTests {
    @Test(
        "not a connection URL", arguments: ["", "mysql://localhost/x", "postgres://host:port:port/x", "host=localhost"])
    func invalid(url: String) {
        #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
    }

    @Test("the server has the session's settings")
    func settings() async throws {
        let pool = try TestDatabase.current.makePool {
            $0.poolSize = 1
            $0.applicationName = "settings test"
            $0.searchPath = "one, two"
            $0.statementTimeout = .milliseconds(1_500)
            $0.lockTimeout = .seconds(2)
            $0.idleInTransactionTimeout = .seconds(3)
        }
        let names = [
            "TimeZone", "client_encoding", "application_name", "search_path", "statement_timeout", "lock_timeout",
            "idle_in_transaction_session_timeout",
        ]
        let values: [String] = try await pool.query(
            """
            SELECT array_agg(current_setting(name) ORDER BY position)
              FROM unnest(\(names)::text[]) WITH ORDINALITY AS s (name, position)
            """
        )[
            0][0]
        #expect(values == ["UTC", "UTF8", "settings test", "one, two", "1500ms", "2s", "3s"])
        await pool.close()
    }

    @Test("a statement that takes too long is ended by the server, and the connection lives on")
    func statementTimeout() async throws {
        let pool = try TestDatabase.current.makePool {
            $0.poolSize = 1
            $0.statementTimeout = .milliseconds(100)
        }
        let before: Int = try await pool.query("SELECT pg_backend_pid()")[0][0]
        let error = try await postgresError { try await pool.query("SELECT pg_sleep(10)") }
        #expect(error?.sqlState == .queryCanceled)
        let after: Int = try await pool.query("SELECT pg_backend_pid()")[0][0]
        #expect(before == after)
        await pool.close()
    }

    @Test("a transaction left idle is ended by the server and reported as lost")
    func idleInTransaction() async throws {
        let pool = try TestDatabase.current.makePool {
            $0.poolSize = 1
            $0.idleInTransactionTimeout = .milliseconds(50)
        }
        let other = try TestDatabase.current.pool
        let process = try await pool.query("SELECT pg_backend_pid()")[0][0] as Int
        let gone = AsyncStream<Void>.makeStream()
        async let outcome = postgresError {
            try await pool.transaction { tx in
                _ = try tx.query("SELECT 1")
                gone.continuation.yield()
                // Nothing is sent until the server has had its say.
                let deadline = ContinuousClock.now + .milliseconds(400)
                while ContinuousClock.now < deadline {}
                _ = try tx.query("SELECT 2")
            }
        }
        for await _ in gone.stream { break }
        try await eventually(within: .seconds(10), "the server has ended the session") {
            try await other.query("SELECT 1 FROM pg_stat_activity WHERE pid = \(process)").isEmpty
        }
        let error = try await outcome
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == .idleInTransactionTimeout)
        #expect(error?.outcomeUnknown == false)
        await pool.close()
    }

    @Test("a description says what and where, but no values; the debug description has the server's words")
    func redaction() async throws {
        let pool = try TestDatabase.current.pool
        try await pool.execute("CREATE TABLE secret_test (mail text PRIMARY KEY)")
        try await pool.execute("INSERT INTO secret_test VALUES (\("ann@example.org"))")
        let error = try #require(
            try await postgresError { try await pool.execute("INSERT INTO secret_test VALUES (\("ann@example.org"))") })
        #expect(!"\(error)".contains("ann@example.org"))
        #expect("\(error)".contains("23505"))
        #expect("\(error)".contains("secret_test_pkey"))
        #expect(String(reflecting: error).contains("ann@example.org"))
        let bad = try #require(try await postgresError { try await pool.query("SELECT \("hunter2")::int") })
        #expect(!"\(bad)".contains("hunter2"))
    }
}
