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
