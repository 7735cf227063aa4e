package import Postgres

/// Where PostgreSQL is: `DATABASE_URL`, `DATABASE_POOL_SIZE`.
package struct DatabaseSettings: Sendable {
    /// For the pool.
    package var configuration: PostgresConfiguration

    /// - Parameter applicationName: what `pg_stat_activity` shows.
    package init?(_ reader: inout SettingsReader, applicationName: String) {
        let poolSize = reader.integer("DATABASE_POOL_SIZE", default: 20, in: 1...1000)
        let configuration = reader.required(
            "DATABASE_URL", expected: "postgres://user:password@host:port/database",
            advice: "'make run' starts a private server and sets it"
        ) { try? PostgresConfiguration(url: $0) }
        guard var configuration else { return nil }
        configuration.poolSize = poolSize
        configuration.applicationName = applicationName
        self.configuration = configuration
    }
}
