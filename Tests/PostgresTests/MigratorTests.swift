import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Migrations are applied once, in order, wholly or not at all")
struct MigratorTests {
    private func set(_ bodies: [String], name: String = "test") throws -> MigrationSet {
        try MigrationSet(
            name: name,
            migrations: bodies.enumerated().map {
                Migration(number: $0.offset + 1, name: "step_\($0.offset + 1)", sql: $0.element)
            })
    }

    private func tables(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query(
            """
            SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY 1
            """
        )
        .map { row throws(PostgresError) -> String in try row[0] }
    }

    @Test("what is missing is applied and reported; a second time there is nothing to do")
    func apply() async throws {
        try await TestDatabase.with { database in
            let first = try set(["CREATE TABLE a (x int); INSERT INTO a VALUES (1);", "CREATE TABLE b (x int)"])
            let other = try set(["CREATE TABLE c AS TABLE a"], name: "other")
            let migrator = Migrator(sets: [first, other])
            #expect(
                try await migrator.pending(database.pool) == [
                    "test/0001_step_1", "test/0002_step_2", "other/0001_step_1",
                ])
            let told = Collected<String>()
            let applied = try await migrator.migrate(database.pool) { migration in told.append(migration.description) }
            #expect(applied.map(\.description) == ["test/0001_step_1", "test/0002_step_2", "other/0001_step_1"])
            #expect(told.values == applied.map(\.description))
            #expect(try await tables(database.pool) == ["a", "b", "c"])
            #expect(try await migrator.pending(database.pool) == [])
            #expect(try await migrator.migrate(database.pool).isEmpty)
        }
    }

    @Test("two at once: each migration is applied by one of them")
    func together() async throws {
        try await TestDatabase.with { database in
            let migrator = Migrator(sets: [
                try set(["CREATE TABLE a (x int)", "SELECT pg_sleep(0.2)", "CREATE TABLE b (x int)"]),
                try set(["-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS b_x ON b (x)"], name: "index"),
            ])
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 { group.addTask { try await migrator.migrate(database.pool).count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.sorted() == [0, 0, 4])
            let valid: Bool = try await database.pool.query(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = 'b_x'::regclass")[0][0]
            #expect(valid)
        }
    }

    @Test("a file changed after it was applied is refused, and nothing is applied")
    func changed() async throws {
        try await TestDatabase.with { database in
            _ = try await Migrator(sets: [try set(["CREATE TABLE a (x int)"])]).migrate(database.pool)
            let error = try await postgresError {
                try await Migrator(sets: [try set(["CREATE TABLE a (x bigint)", "CREATE TABLE b (x int)"])]).migrate(
                    database.pool)
            }
            #expect(error?.code == .migration)
            #expect(error?.message.contains("test/0001_step_1") == true)
            #expect(try await tables(database.pool) == ["a"])
        }
    }

    @Test("a file that fails half-way leaves nothing; those before it stay, and it can be repaired")
    func failing() async throws {
        try await TestDatabase.with { database in
            let error = try await postgresError {
                try await Migrator(sets: [
                    try set(["CREATE TABLE a (x int)", "CREATE TABLE b (x int); SELECT 1/0; CREATE TABLE c (x int)"])
                ])
                .migrate(database.pool)
            }
            #expect(error?.sqlState?.rawValue == "22012")
            #expect(error?.message.contains("test/0002_step_2") == true)
            #expect(try await tables(database.pool) == ["a"])
            let applied = try await Migrator(sets: [try set(["CREATE TABLE a (x int)", "CREATE TABLE b (x int)"])])
                .migrate(database.pool)
            #expect(applied.map(\.number) == [2])
        }
    }

    @Test("a file that ends its own transaction is refused")
    func ownTransaction() async throws {
        try await TestDatabase.with { database in
            let error = try await postgresError {
                try await Migrator(sets: [try set(["CREATE TABLE a (x int); COMMIT;"])]).migrate(database.pool)
            }
            #expect(error?.code == .migration)
        }
    }

    @Test("files are read by number, and one with another kind of name is refused")
    func loading() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cartwright-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in [("0002_second.sql", "b"), ("0001_first_step.sql", "a"), ("README", "no")] {
            try Data(text.utf8).write(to: directory.appendingPathComponent(name))
        }
        let set = try MigrationSet.load(name: "files", from: directory)
        #expect(
            set.migrations == [
                Migration(number: 1, name: "first_step", sql: "a"), Migration(number: 2, name: "second", sql: "b"),
            ])
        try Data().write(to: directory.appendingPathComponent("3_third.sql"))
        #expect(throws: PostgresError.self) { try MigrationSet.load(name: "files", from: directory) }
    }
}
