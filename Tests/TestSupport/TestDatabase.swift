import Foundation
package import Logging
package import Postgres
package import Testing

/// A database of its own for a suite or a test, on the server that `TEST_DATABASE_URL` names.
///
/// A suite gets one with the trait ``DatabaseTrait``: `@Suite(.database())`, and reaches it as `TestDatabase.current`.
package struct TestDatabase: Sendable {
    /// Its name, different each time.
    package let name: String
    /// Where it is, for processes under test.
    package let url: String
    /// A pool of connections to it.
    package let pool: PostgresPool
    /// Quiet unless something is worth a warning.
    package let logger: Logger
    private let server: String

    @TaskLocal private static var scoped: TestDatabase?

    /// The database of the suite that is running.
    /// - Throws: ``Missing`` outside a suite with ``DatabaseTrait``.
    package static var current: TestDatabase {
        get throws {
            guard let scoped else { throw Missing() }
            return scoped
        }
    }

    /// The suite has no database.
    package struct Missing: Error, CustomStringConvertible {
        /// What to do about it.
        package let description = "give the suite the trait .database()"
    }

    /// Creates a database, runs `body` with it as `current`, and drops it, whatever `body` does.
    /// - Parameter server: another server than the one that all tests share.
    package static func with<Value>(
        migrations: [MigrationSet] = [], poolSize: Int = 4, on server: String? = nil,
        _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let database = try await create(migrations: migrations, poolSize: poolSize, on: server)
        do {
            let value = try await $scoped.withValue(database) { try await body(database) }
            try await database.drop()
            return value
        } catch {
            // The error of the test is the one to report.
            try? await database.drop()
            throw error
        }
    }

    /// Creates a database, empty but for `migrations`. Whoever calls this also calls ``drop()``; see
    /// ``with(migrations:poolSize:_:)``.
    package static func create(migrations: [MigrationSet] = [], poolSize: Int = 4, on server: String? = nil)
        async throws -> TestDatabase
    {
        let name = "cw_test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let server = try server ?? TestEnvironment.databaseURL
        guard var components = URLComponents(string: server) else { throw URLError(.badURL) }
        components.path = "/" + name
        guard let url = components.string else { throw URLError(.badURL) }
        // From template0, to which nobody is ever connected, so that many suites can do this at once.
        try await administer("CREATE DATABASE \"\(name)\" TEMPLATE template0 ENCODING 'UTF8'", on: server)
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = poolSize
        configuration.acquireTimeout = .seconds(20)
        let database = TestDatabase(
            name: name, url: url, pool: PostgresPool(configuration, logger: quietLogger), logger: quietLogger,
            server: server)
        if !migrations.isEmpty { _ = try await Migrator(sets: migrations).migrate(database.pool) }
        return database
    }

    /// Closes the pool and drops the database, whoever else is still connected to it.
    package func drop() async throws {
        await pool.close()
        try await Self.administer("DROP DATABASE IF EXISTS \"\(name)\" WITH (FORCE)", on: server)
    }

    /// Drops the database with everything in it, and makes an empty one of the same name.
    func recreate() async throws {
        try await Self.administer("DROP DATABASE IF EXISTS \"\(name)\" WITH (FORCE)", on: server)
        try await Self.administer("CREATE DATABASE \"\(name)\" TEMPLATE template0 ENCODING 'UTF8'", on: server)
    }

    /// Another pool on the same database, with a configuration of one's own.
    package func makePool(_ configure: (inout PostgresConfiguration) -> Void) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: url)
        configure(&configuration)
        return PostgresPool(configuration, logger: logger)
    }

    private static let quietLogger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return logger
    }()

    /// As a script, because CREATE and DROP DATABASE do not run inside the transaction that a pipeline is.
    private static func administer(_ statement: String, on url: String) async throws {
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = 1
        configuration.acquireTimeout = .seconds(30)
        configuration.statementTimeout = .seconds(60)
        let pool = PostgresPool(configuration, logger: quietLogger)
        do {
            try await pool.withConnection { try $0.script(statement) }
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }
}

extension PostgresPool {
    /// Puts rows of a table into a state that the shop would reach on another way, or never: the table of transitions
    /// does not hold meanwhile.
    package func force(_ table: String, _ statement: SQL) async throws {
        try await transaction { transaction in
            let trigger = "\(table)_status_transition"
            _ = try transaction.pipeline([
                "ALTER TABLE \(identifier: table) DISABLE TRIGGER \(identifier: trigger)", statement,
                "ALTER TABLE \(identifier: table) ENABLE TRIGGER \(identifier: trigger)",
            ])
        }
    }
}

/// Gives a suite a fresh database, shared by its tests and dropped at the end: `@Suite(.database())`.
package struct DatabaseTrait: SuiteTrait, TestScoping {
    let migrations: @Sendable () throws -> [MigrationSet]
    let poolSize: Int

    /// Called by the testing library, once around the whole suite.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await TestDatabase.with(migrations: try migrations(), poolSize: poolSize) { _ in try await function() }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A fresh database for the suite, with migrations applied.
    package static func database(
        poolSize: Int = 4, migrations: @escaping @Sendable @autoclosure () throws -> [MigrationSet] = []
    ) -> DatabaseTrait {
        DatabaseTrait(migrations: migrations, poolSize: poolSize)
    }
}
