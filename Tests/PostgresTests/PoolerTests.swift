import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Through PgBouncer everything works as it does without", .database(), .serialized, .timeLimit(.minutes(2)))
struct PoolerTests {
    /// A pooler, and what leads through it.
    struct Way: Sendable, CustomTestStringConvertible {
        var mode = PgBouncer.Mode.transaction
        var settings: [String] = []
        var query: String?

        var testDescription: String { "\(mode.rawValue) \(settings.joined(separator: " ")) \(query ?? "")" }

        /// What people set so that drivers which send too much get in; then what is sent is lost without a word.
        static let swallows = "ignore_startup_parameters = options,extra_float_digits"

        static let all = [
            Way(), Way(settings: [swallows]), Way(mode: .session), Way(mode: .session, settings: [swallows]),
            Way(query: "pgbouncer=true"),
            Way(query: "pooler=transaction"), Way(query: "options=-c%20work_mem%3D5MB%20--enable-seqscan%3Doff"),
        ]

        func open(size: Int = 3) async throws -> PgBouncer {
            try await PgBouncer.start(before: try TestDatabase.current.url, mode: mode, size: size, settings: settings)
        }

        func pool(_ bouncer: PgBouncer, _ configure: (inout PostgresConfiguration) -> Void = { _ in }) throws
            -> PostgresPool
        {
            var configuration = try PostgresConfiguration(
                url: try bouncer.url(for: try TestDatabase.current.url, query: query))
            configuration.poolSize = 4
            configuration.acquireTimeout = .seconds(20)
            configure(&configuration)
            return PostgresPool(configuration, logger: try TestDatabase.current.logger)
        }
    }

    @Test(
        "every statement and transaction has the settings of its own client, whoever used the server connection before",
        arguments: Way.all)
    func settings(way: Way) async throws {
        let bouncer = try await way.open(size: 1)
        let names = ["TimeZone", "statement_timeout", "lock_timeout", "DateStyle", "extra_float_digits"]
        let read: SQL =
            """
            SELECT array_agg(current_setting(name) ORDER BY position)
              FROM unnest(\(names)::text[]) WITH ORDINALITY AS s (name, position)
            """
        // In session mode a client keeps its server connection, so one at a time.
        for seconds in way.mode == .session ? [1] : [1, 2, 1] {
            let pool = try way.pool(bouncer) {
                $0.poolSize = 1
                $0.statementTimeout = .seconds(seconds)
            }
            let expected = ["UTC", "\(seconds)s", "10s", "ISO, YMD", "1"]
            #expect(try await pool.query(read)[0][0] as [String] == expected)
            #expect(try await pool.transaction { tx in try tx.query(read)[0][0] as [String] } == expected)
            #expect(try await pool.pipeline(["SELECT 1", read])[1].rows[0][0] as [String] == expected)
            if way.query?.contains("work_mem") == true {
                let rows = try await pool.query("SELECT current_setting('work_mem'), current_setting('enable_seqscan')")
                #expect(try rows[0][0] as String == "5MB")
                #expect(try rows[0][1] as String == "off")
            }
            #expect(pool.isPooled)
            await pool.close()
        }
    }

    @Test("the same statements from many clients never collide, also when somebody deallocates", arguments: Way.all)
    func statements(way: Way) async throws {
        let bouncer = try await way.open(size: way.mode == .session ? 20 : 3)
        let pools = try (0..<4).map { _ in try way.pool(bouncer) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, pool) in pools.enumerated() {
                for task in 0..<4 {
                    group.addTask {
                        for number in 0..<40 {
                            if index == 0 && task == 0 && number % 10 == 0 { try await pool.execute("DEALLOCATE ALL") }
                            let value = number + 1000 * task
                            #expect(try await pool.query("SELECT \(value)::integer + 1")[0][0] as Int == value + 1)
                            let sum = try await pool.transaction { tx in
                                let first: Int = try tx.query("SELECT \(value)::bigint * 2")[0][0]
                                let second: Int = try tx.query("SELECT \(first)::bigint * 2")[0][0]
                                return second
                            }
                            #expect(sum == 4 * value)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for pool in pools { await pool.close() }
    }

    @Test(
        "a transaction may set its isolation first, is rolled back as a whole, and says which statement failed",
        arguments: Way.all)
    func transactions(way: Way) async throws {
        let bouncer = try await way.open()
        let pool = try way.pool(bouncer)
        let table = "pooled_\(UUID().uuidString.lowercased().prefix(8))"
        let level: String = try await pool.transaction { tx in
            _ = try tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return try tx.query("SELECT current_setting('transaction_isolation')")[0][0]
        }
        #expect(level == "repeatable read")
        try await pool.execute("CREATE TABLE \(identifier: table) (a int PRIMARY KEY)")
        let error = try await postgresError {
            try await pool.pipeline([
                "INSERT INTO \(identifier: table) VALUES (1)", "SELECT 1",
                "INSERT INTO \(identifier: table) VALUES (1)",
            ])
        }
        #expect(error?.sqlState == .uniqueViolation)
        #expect(error?.statementIndex == 2)
        let thrown = try await postgresError {
            try await pool.transaction { tx in
                try tx.execute("INSERT INTO \(identifier: table) VALUES (2)")
                try tx.execute("INSERT INTO \(identifier: table) VALUES (2)")
            }
        }
        #expect(thrown?.sqlState == .uniqueViolation)
        #expect(try await pool.query("SELECT count(*) FROM \(identifier: table)")[0][0] as Int == 0)
        // A table that changes makes no statement stale.
        try await pool.execute("INSERT INTO \(identifier: table) VALUES (3)")
        _ = try await pool.query("SELECT * FROM \(identifier: table)")
        try await pool.execute("ALTER TABLE \(identifier: table) ADD b text DEFAULT 'x'")
        #expect(try await pool.query("SELECT * FROM \(identifier: table)")[0]["b"] as String == "x")
        await pool.close()
    }

    @Test(
        "several processes migrate at once: each migration is applied once, and no lock stays behind",
        arguments: Way.all)
    func migrations(way: Way) async throws {
        let bouncer = try await way.open(size: 12)
        let name = "set_\(UUID().uuidString.lowercased().prefix(8))"
        let migrator = Migrator(sets: [
            try MigrationSet(
                name: name,
                migrations: [
                    Migration(
                        number: 1, name: "table", sql: "CREATE TABLE \(name) (a int); INSERT INTO \(name) VALUES (1)"),
                    Migration(
                        number: 2, name: "index",
                        sql: "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS \(name)_a ON \(name) (a)"),
                    Migration(number: 3, name: "rows", sql: "INSERT INTO \(name) SELECT 2 FROM pg_sleep(0.1)"),
                ])
        ])
        let pools = try (0..<4).map { _ in try way.pool(bouncer) { $0.poolSize = 1 } }
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for pool in pools { group.addTask { try await migrator.migrate(pool).count } }
            return try await group.reduce(0, +)
        }
        #expect(applied == 3)
        #expect(try await pools[0].query("SELECT count(*) FROM \(identifier: name)")[0][0] as Int == 2)
        for pool in pools { await pool.close() }
        let direct = try TestDatabase.current.pool
        try await eventually(within: .seconds(10), "no lock is left with a server connection") {
            try await direct.query(
                """
                SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database
                 WHERE locktype = 'advisory' AND datname = current_database()
                """
            ).isEmpty
        }
        // Nor a setting: a client that sets nothing of its own finds the server's.
        let timeout: String = try await direct.query("SELECT current_setting('statement_timeout')")[0][0]
        #expect(timeout == "30s")
    }

    @Test("a pooler that is restarted breaks what runs, and then all goes on")
    func restarted() async throws {
        let bouncer = try await Way().open()
        let pool = try Way().pool(bouncer)
        _ = try await pool.query("SELECT 1")
        try await bouncer.restart()
        try await eventually(within: .seconds(20), "the pool is there again") {
            (try? await pool.query("SELECT 1").count) == 1
        }
        await pool.close()
    }

    @Test("what cannot work says so, and names the pooler")
    func refusals() async throws {
        let bouncer = try await Way().open()
        let direct = try await postgresError {
            let pool = try Way().pool(bouncer) { $0.pooler = .none }
            defer { withExtendedLifetime(pool) {} }
            return try await pool.query("SELECT 1").count
        }
        #expect(direct?.message.contains("DATABASE_POOLER=transaction") == true, "\(String(describing: direct))")
        #expect(direct?.isTransient == false)

        let strict = try await PgBouncer.start(
            before: try TestDatabase.current.url, settings: ["auth_type = md5", "auth_file = /dev/null"])
        let stranger = try await postgresError {
            let pool = try Way().pool(strict)
            return try await pool.query("SELECT 1").count
        }
        #expect(stranger?.isTransient == false, "\(String(describing: stranger))")

        // A server that is away behind a pooler may come back.
        var configuration = try PostgresConfiguration(url: try bouncer.url(for: try TestDatabase.current.url))
        configuration.database = "cw_none"
        configuration.acquireTimeout = .seconds(6)
        let pool = PostgresPool(configuration, logger: try TestDatabase.current.logger)
        let away = try await postgresError { try await pool.query("SELECT 1").count }
        #expect(away?.isTransient == true)
        await pool.close()
    }

    @Test("without a pooler nothing of this is done: statements stay prepared")
    func direct() async throws {
        let pool = try TestDatabase.current.makePool { $0.poolSize = 1 }
        for _ in 0..<2 { _ = try await pool.query("SELECT 'kept' AS word") }
        #expect(!pool.isPooled)
        #expect(
            try await pool.query(
                """
                SELECT count(*) FROM pg_prepared_statements
                 WHERE statement LIKE '%kept%' AND statement NOT LIKE '%pg_prepared%'
                """
            )[0][0]
                as Int == 1)
        await pool.close()
    }

    @Test(
        "the URL may say what stands in between",
        arguments: [
            ("?pgbouncer=true", PostgresPooler.transaction), ("?pgbouncer=false", .none), ("?pooler=auto", .auto),
            ("?sslmode=disable&pooler=none", .none), ("?pooler=transaction&application_name=x", .transaction),
            ("", .auto),
        ])
    func urls(query: String, pooler: PostgresPooler) throws {
        #expect(try PostgresConfiguration(url: "postgres://u:p@127.0.0.1/d\(query)").pooler == pooler)
    }

    @Test("and what it must not say", arguments: ["?pgbouncer=maybe", "?pooler=", "?pooler=session", "?pooler"])
    func wrongURLs(query: String) {
        #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://u:p@127.0.0.1/d\(query)") }
    }
}
