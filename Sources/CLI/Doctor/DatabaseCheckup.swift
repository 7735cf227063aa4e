import Bootstrap
import Foundation
import Postgres

/// PostgreSQL: there, new enough, safe, with the tables this program was made for.
struct DatabaseCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        let row: PostgresRow
        do {
            row = try await services.database.query(
                """
                SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
                       current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
                       current_setting('synchronous_commit') AS synchronous_commit,
                       current_setting('default_transaction_isolation') AS isolation,
                       current_setting('max_connections')::integer AS connections,
                       current_user::text AS role, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
                       pg_is_in_recovery() AS standby, clock_timestamp() AS now
                """)[0]
        } catch {
            return [.failed("postgresql", error), .skipped("migrations", "PostgreSQL does not answer")]
        }
        do {
            return try [version(row), role(row), pooler(), durability(row), isolation(row), clock(row)].compactMap(
                \.self) + [
                    await migrations()
                ]
        } catch {
            return [.failed("postgresql", error)]
        }
    }

    private func version(_ row: PostgresRow) throws -> Finding {
        let (version, number): (String, Int) = (try row["version"], try row["number"])
        let isStandby: Bool = try row["standby"]
        if isStandby {
            return .failed(
                "postgresql", "\(version), a standby that only reads", "Let DATABASE_URL name the primary server.")
        }
        guard ServerVersion(postgresNumber: number) >= .oldestPostgres else {
            return .failed(
                "postgresql", "version \(version)",
                "Version \(ServerVersion.oldestPostgres.major) or later is needed; upgrade the server.")
        }
        return .ok("postgresql", "version \(version)")
    }

    private func role(_ row: PostgresRow) throws -> Finding {
        let role: String = try row["role"]
        let isSuperuser: Bool = try row["is_superuser"]
        return .ok(
            "postgresql.role",
            role + (isSuperuser ? ", a superuser; docs/settings.md tells how to give it less" : ", no superuser"))
    }

    /// What is between this program and the server, when something is.
    private func pooler() -> Finding? {
        guard services.database.isPooled else { return nil }
        return .ok(
            "postgresql.pooler",
            "reached through PgBouncer or another connection pooler: settings go with each transaction, statements are parsed each time"
        )
    }

    private func durability(_ row: PostgresRow) throws -> Finding {
        var dangerous: [String] = []
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value: String = try row[name]
            if value == "off" { dangerous.append(name) }
        }
        guard !dangerous.isEmpty else { return .ok("postgresql.durability", "commits survive a crash of the machine") }
        return .warning(
            "postgresql.durability",
            "\(dangerous.joined(separator: ", ")) off: accepted orders can be lost when the machine crashes",
            "Turn it on, unless this is a test server: ALTER SYSTEM SET \(dangerous[0]) = on; SELECT pg_reload_conf();")
    }

    /// Locks and conditional updates are written for READ COMMITTED; stricter levels would only add retries.
    private func isolation(_ row: PostgresRow) throws -> Finding {
        let isolation: String = try row["isolation"]
        guard isolation == "read committed" else {
            return .warning(
                "postgresql.isolation", "transactions run as \(isolation) by default",
                "Set default_transaction_isolation back to 'read committed' for this database.")
        }
        return .ok("postgresql.isolation", isolation)
    }

    private func clock(_ row: PostgresRow) throws -> Finding {
        let there: Date = try row["now"]
        return ClockDrift.finding("postgresql.clock", seconds: there.timeIntervalSince(Date()))
    }

    private func migrations() async -> Finding {
        do {
            let pending = try await ShopSchema.migrator().pending(services.database)
            guard !pending.isEmpty else { return .ok("migrations", "the tables are up to date") }
            return .failed(
                "migrations", "missing: \(pending.joined(separator: ", "))", "Apply them with: cartwright migrate")
        } catch {
            return .failed("migrations", error)
        }
    }
}
