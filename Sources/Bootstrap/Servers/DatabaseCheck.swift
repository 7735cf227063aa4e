import FoundationEssentials
import Postgres

/// Looks whether PostgreSQL is one that a process of ours can work with.
struct DatabaseCheck: Sendable {
    let database: PostgresPool

    /// Looks once.
    ///
    /// - Returns: how many seconds PostgreSQL's clock is ahead of this machine's.
    /// - Throws: ``StartupError`` for what only somebody's hand can change; `PostgresError` for a server that does not
    ///   answer.
    func run() async throws -> Double {
        do {
            return try await examine()
        } catch let error as PostgresError where !error.isTransient && error.code != .closed {
            let expected =
                error.code == .connectFailed && error.sqlState != nil
                ? " Expected an existing database, and a user and a password that it accepts." : ""
            throw StartupError("DATABASE_URL: PostgreSQL cannot be used: \(error).\(expected)")
        }
    }

    private func examine() async throws -> Double {
        let row = try await database.query(
            "SELECT current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby, clock_timestamp() AS now"
        )[0]
        let ahead = (try row["now"] as Date).timeIntervalSince(Date())
        let version = ServerVersion(postgresNumber: try row["version"])
        guard version >= .oldestPostgres else {
            throw StartupError(
                "DATABASE_URL: PostgreSQL \(version) is too old; expected \(ServerVersion.oldestPostgres) or newer.")
        }
        let isStandby: Bool = try row["standby"]
        guard !isStandby else {
            throw StartupError("DATABASE_URL: the server is a standby, which only reads; expected the primary.")
        }
        let pending = try await ShopSchema.migrator().pending(database)
        guard pending.isEmpty else {
            throw StartupError(
                "DATABASE_URL: \(pending.count) migrations are missing in the database (\(pending[0])…); run 'cartwright migrate'."
            )
        }
        return ahead
    }

    /// How many seconds PostgreSQL's clock is ahead of this machine's; nil when it does not answer.
    func clockAhead() async -> Double? {
        let now: Date? = try? await database.query("SELECT clock_timestamp() AS now")[0]["now"]
        return now?.timeIntervalSince(Date())
    }
}
