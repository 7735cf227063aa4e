import FoundationEssentials
package import Postgres

/// What PostgreSQL says of itself, of the role that asks, and of the tables.
package struct DatabaseSnapshot: Sendable {
    private let version: String
    private let number: Int
    private let isStandby: Bool
    private let role: String
    private let isSuperuser: Bool
    /// Settings that are off and with which a crash of the machine loses commits.
    private let unsafe: [String]
    private let isolation: String
    /// Whether PgBouncer or another pooler stands between this program and the server.
    private let isPooled: Bool
    /// How many seconds its clock is ahead of this machine's.
    package let clockAhead: Double
    /// Migrations that were not applied; nil when the server is none whose tables can be looked at.
    private let pending: [String]?

    /// - Throws: `PostgresError` of a server that does not answer or refuses.
    package init(of database: PostgresPool) async throws {
        let row = try await database.query(
            """
            SELECT current_setting('server_version') AS version,
                   current_setting('server_version_num')::integer AS number,
                   current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
                   current_setting('synchronous_commit') AS synchronous_commit,
                   current_setting('default_transaction_isolation') AS isolation, current_user::text AS role,
                   (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
                   pg_is_in_recovery() AS standby, clock_timestamp() AS now
            """)[0]
        clockAhead = (try row["now"] as Date).timeIntervalSince(Date())
        (version, number, isStandby) = (try row["version"], try row["number"], try row["standby"])
        (role, isSuperuser, isolation) = (try row["role"], try row["is_superuser"], try row["isolation"])
        unsafe = try ["fsync", "full_page_writes", "synchronous_commit"].filter { try row[$0] == "off" }
        isPooled = database.isPooled
        let isUsable = !isStandby && ServerVersion(postgresNumber: number) >= .oldestPostgres
        pending = isUsable ? try await ShopSchema.migrator().pending(database) : nil
    }

    /// What is right and wrong with it for a process of ours.
    package func diagnostics() -> [Diagnostic] {
        [server, roleDiagnostic, pooler, durability, isolationDiagnostic, clock, migrations].compactMap(\.self)
    }

    /// The clock against this machine's.
    package var clock: Diagnostic { .clock("postgresql.clock", ahead: clockAhead, of: "this machine's") }

    private var server: Diagnostic {
        if isStandby {
            return .failed(
                "postgresql", "\(version), a standby that only reads", "Let DATABASE_URL name the primary server.")
        }
        guard ServerVersion(postgresNumber: number) >= .oldestPostgres else {
            return .failed(
                "postgresql", "version \(version), which is too old",
                "Version \(ServerVersion.oldestPostgres.major) or later is needed: upgrade the server.")
        }
        return .ok("postgresql", "version \(version)")
    }

    private var roleDiagnostic: Diagnostic {
        .ok(
            "postgresql.role",
            role + (isSuperuser ? ", a superuser; docs/settings.md tells how to give it less" : ", no superuser"))
    }

    private var pooler: Diagnostic? {
        guard isPooled else { return nil }
        return .ok(
            "postgresql.pooler",
            "reached through PgBouncer or another connection pooler: settings go with each transaction, "
                + "statements are parsed each time")
    }

    private var durability: Diagnostic {
        guard let first = unsafe.first else {
            return .ok("postgresql.durability", "commits survive a crash of the machine")
        }
        return .warning(
            "postgresql.durability",
            "\(unsafe.joined(separator: ", ")) off: accepted orders can be lost when the machine crashes",
            "Turn it on, unless this is a test server: ALTER SYSTEM SET \(first) = on; SELECT pg_reload_conf();")
    }

    /// Locks and conditional updates are written for READ COMMITTED; stricter levels would only add retries.
    private var isolationDiagnostic: Diagnostic {
        guard isolation == "read committed" else {
            return .warning(
                "postgresql.isolation", "transactions run as \(isolation) by default",
                "Set default_transaction_isolation back to 'read committed' for this database.")
        }
        return .ok("postgresql.isolation", isolation)
    }

    private var migrations: Diagnostic? {
        pending.map(Self.migrations(pending:))
    }

    /// Whether the tables are those that this program was made for.
    package static func migrations(pending: [String]) -> Diagnostic {
        guard !pending.isEmpty else { return .ok("migrations", "up to date") }
        let names = pending.prefix(8).joined(separator: ", ") + (pending.count > 8 ? "…" : "")
        return .failed("migrations", "missing: \(names)", "Apply them with: cartwright migrate")
    }
}
