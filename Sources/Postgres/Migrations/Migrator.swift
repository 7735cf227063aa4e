/// Brings a database to the state the migration sets describe.
///
/// Any number of processes may start at once: an advisory lock lets one migrate while the others wait and then find
/// nothing to do.
/// Each migration runs in a transaction with its record in `schema_migrations`, so one that fails leaves nothing
/// behind; those before it stay. What was applied is known by its SHA-256, and a file changed afterwards is refused.
public struct Migrator: Sendable {
    private let sets: [MigrationSet]
    /// How long a migration waits for a lock before it gives up: while it waits, everybody else queues behind it.
    public var lockTimeout: Duration = .seconds(5)
    /// How long to wait for another process that migrates.
    public var turnTimeout: Duration = .seconds(300)

    /// - Parameter sets: applied in this order.
    public init(sets: [MigrationSet]) { self.sets = sets }

    /// Applies what is missing.
    /// - Parameter progress: told of each migration as soon as it is committed.
    /// - Returns: what was applied, in order.
    /// - Throws: ``PostgresError`` of the migration that failed; ``PostgresError/Code/migration`` when an applied one
    ///   has changed.
    public func migrate(
        _ pool: PostgresPool, progress: @escaping @Sendable (AppliedMigration) -> Void = { _ in }
    ) async throws -> [AppliedMigration] {
        try await pool.withConnection { session in
            try MigrationRun(session: session, sets: sets, lockTimeout: lockTimeout).migrate(
                turnTimeout: turnTimeout, progress: progress)
        }
    }

    /// The names of what ``migrate(_:progress:)`` would apply; changes nothing.
    /// - Throws: as above.
    public func pending(_ pool: PostgresPool) async throws -> [String] {
        try await pool.withConnection { session in
            try MigrationRun(session: session, sets: sets, lockTimeout: lockTimeout).pending()
                .map { MigrationSet.label($0.set, $0.migration.number, $0.migration.name) }
        }
    }
}
