public import Postgres

/// The append-only record of who did what.
public struct AuditLog: Sendable {
    let database: PostgresPool

    /// The log in this database.
    public init(database: PostgresPool) {
        self.database = database
    }

    /// Adds entries.
    public func append(_ entries: [AuditEntry]) async throws { throw StorageError.notFound("implementation yet") }
}
