internal import Glibc

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

/// A migration that has just been applied.
public struct AppliedMigration: Sendable, Equatable, CustomStringConvertible {
    /// The set it belongs to.
    public let set: String
    /// What its file name begins with.
    public let number: Int
    /// The rest of its file name, without the suffix.
    public let name: String
    /// How long it took.
    public let duration: Duration

    /// As in `job_queue/0001_jobs`.
    public var description: String { MigrationSet.label(set, number, name) }
}

/// One process's turn at migrating, on one connection.
struct MigrationRun {
    let session: PostgresSession
    let sets: [MigrationSet]
    let lockTimeout: Duration

    /// A migration that is missing, with the checksum it will be known by.
    struct Pending {
        let set: String
        let migration: Migration
        let checksum: String
    }

    /// Any number will do as long as it stays the same; advisory locks belong to one database.
    private static let advisoryLock = 4_027_301_953

    func migrate(turnTimeout: Duration, progress: (AppliedMigration) -> Void) throws -> [AppliedMigration] {
        let deadline = ContinuousClock.now + turnTimeout
        // Polls instead of waiting inside the server: a statement that waits there holds a snapshot, for which `CREATE
        // INDEX CONCURRENTLY` in the process whose turn it is would wait in its turn.
        while true {
            if let applied = try session.withLock(Self.advisoryLock, { try applyMissing(progress) }) { return applied }
            if deadline <= .now { throw PostgresError(.migration, "another process has been migrating for too long") }
            usleep(50_000)
        }
    }

    private func applyMissing(_ progress: (AppliedMigration) -> Void) throws -> [AppliedMigration] {
        // For the migrations that run outside a transaction; the others are told in theirs.
        if !session.isPooled {
            try session.script("SET statement_timeout = 0; SET lock_timeout = \(lockTimeout.pollMilliseconds)")
        }
        try session.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                set text NOT NULL,
                number integer NOT NULL,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (set, number)
            )
            """)
        var applied: [AppliedMigration] = []
        for pending in try pending() {
            let start = ContinuousClock.now
            try apply(pending)
            let migration = pending.migration
            applied.append(
                AppliedMigration(
                    set: pending.set, number: migration.number, name: migration.name, duration: .now - start))
            progress(applied[applied.count - 1])
        }
        return applied
    }

    /// Compares files and records.
    func pending() throws -> [Pending] {
        let recorded = try recorded()
        var pending: [Pending] = []
        for set in sets {
            let checksums = try checksums(of: set)
            for (migration, checksum) in zip(set.migrations, checksums) {
                guard let known = recorded[set.name]?[migration.number] else {
                    pending.append(Pending(set: set.name, migration: migration, checksum: checksum))
                    continue
                }
                if known != checksum {
                    let label = MigrationSet.label(set.name, migration.number, migration.name)
                    throw PostgresError(
                        .migration, "\(label) was changed after it had been applied; add a new migration instead")
                }
            }
        }
        return pending
    }

    private func recorded() throws -> [String: [Int: String]] {
        let exists: Bool = try session.query("SELECT to_regclass('schema_migrations') IS NOT NULL")[0][0]
        guard exists else { return [:] }
        var recorded: [String: [Int: String]] = [:]
        for row in try session.query("SELECT set, number, checksum FROM schema_migrations") {
            let (set, number): (String, Int) = (try row["set"], try row["number"])
            recorded[set, default: [:]][number] = try row["checksum"]
        }
        return recorded
    }

    /// Computed by the server, which has SHA-256 at hand.
    private func checksums(of set: MigrationSet) throws -> [String] {
        try session.query(
            """
            SELECT encode(sha256(convert_to(body, 'UTF8')), 'hex')
            FROM unnest(\(set.migrations.map(\.sql))::text[]) WITH ORDINALITY AS file (body, position)
            ORDER BY position
            """
        ).map { row throws(PostgresError) -> String in try row[0] }
    }

    private func apply(_ pending: Pending) throws {
        let label = MigrationSet.label(pending.set, pending.migration.number, pending.migration.name)
        do {
            if pending.migration.runsInTransaction {
                try applyInTransaction(pending, label)
            } else {
                try session.script(pending.migration.sql)
                try session.execute(record(of: pending))
            }
        } catch let error as PostgresError where error.code == .server {
            throw error.during(label)
        }
    }

    private func applyInTransaction(_ pending: Pending, _ label: String) throws {
        do {
            try session.begin([
                "SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0",
                "SET LOCAL lock_timeout = \(raw: String(lockTimeout.pollMilliseconds))",
            ])
            try session.script(pending.migration.sql)
            guard session.isInTransaction else {
                throw PostgresError(.migration, "\(label) ends its own transaction")
            }
            try session.execute(record(of: pending))
            try session.script("COMMIT")
        } catch {
            if session.isInTransaction { session.rollBack() }
            throw error
        }
    }

    private func record(of pending: Pending) -> SQL {
        """
        INSERT INTO schema_migrations (set, number, name, checksum)
        VALUES (\(pending.set), \(pending.migration.number), \(pending.migration.name), \(pending.checksum))
        """
    }
}
