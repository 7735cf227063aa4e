public import FoundationEssentials

/// The migrations of one part of the system, in order. Forward only.
public struct MigrationSet: Sendable {
    /// What the records in `schema_migrations` are kept under.
    public let name: String
    /// By number, ascending.
    public let migrations: [Migration]

    /// A set given in source.
    /// - Throws: ``PostgresError/Code/migration`` when two have the same number or one is below 1.
    public init(name: String, migrations: [Migration]) throws(PostgresError) {
        let sorted = migrations.sorted { $0.number < $1.number }
        for (first, second) in zip(sorted, sorted.dropFirst()) where first.number == second.number {
            throw PostgresError(.migration, "two migrations of \(name) have the number \(first.number)")
        }
        if let first = sorted.first, first.number < 1 {
            throw PostgresError(.migration, "migrations of \(name) are numbered from 1")
        }
        self.name = name
        self.migrations = sorted
    }

    /// Reads every `.sql` file of a directory: `0001_create_orders.sql` and so on.
    /// - Throws: ``PostgresError/Code/migration`` for a directory that cannot be read and a file that is not named so.
    public static func load(name: String, from directory: URL) throws(PostgresError) -> MigrationSet {
        let path = directory.path
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".sql") }
        } catch {
            throw PostgresError(.migration, "the migrations of \(name) cannot be read")
        }
        var migrations: [Migration] = []
        for file in files {
            migrations.append(try migration(in: directory.appending(path: file), named: String(file.dropLast(4))))
        }
        return try MigrationSet(name: name, migrations: migrations)
    }

    private static func migration(in file: URL, named stem: String) throws(PostgresError) -> Migration {
        let parts = stem.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 4, let number = Int(parts[0]) else {
            throw PostgresError(.migration, "\(stem).sql is not named like 0001_what_it_does.sql")
        }
        do {
            return Migration(number: number, name: String(parts[1]), sql: try String(contentsOf: file, encoding: .utf8))
        } catch {
            throw PostgresError(.migration, "\(stem).sql cannot be read as UTF-8")
        }
    }

    /// As in `shop/0001_catalogue`.
    static func label(_ set: String, _ number: Int, _ name: String) -> String {
        let digits = String(number)
        return "\(set)/\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)_\(name)"
    }
}

/// One numbered step of a schema.
public struct Migration: Sendable, Equatable {
    /// Its place in the set, from 1.
    public let number: Int
    /// What it does, in snake case.
    public let name: String
    /// The statements.
    public let sql: String

    /// A step given in source.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// Runs outside a transaction, for what PostgreSQL does not allow in one, such as `CREATE INDEX CONCURRENTLY`: its
    /// first line is `-- no-transaction`. Such a file holds one statement, and that statement must bear to be run again
    /// (`IF NOT EXISTS`), because a crash may come between it and its record.
    var runsInTransaction: Bool {
        sql.prefix { !$0.isNewline } != "-- no-transaction"
    }
}
