package import Postgres

/// Where PostgreSQL is: `DATABASE_URL`, `DATABASE_POOL_SIZE`, `DATABASE_POOLER`.
package struct DatabaseSettings: Sendable {
    /// For the pool.
    package var configuration: PostgresConfiguration

    /// - Parameters:
    ///   - applicationName: what `pg_stat_activity` shows.
    ///   - name: the variable that says where it is.
    package init?(_ reader: inout SettingsReader, applicationName: String, url name: String = "DATABASE_URL") {
        let poolSize = reader.integer("DATABASE_POOL_SIZE", default: 20, in: 1...1000)
        let pooler = reader.choice("DATABASE_POOLER", default: PostgresPooler.auto)
        let configuration = reader.required(
            name, expected: "postgres://user:password@host:port/database, with special characters percent-encoded",
            advice: "'make run' starts a private server and sets it"
        ) { try? PostgresConfiguration(url: $0) }
        guard var configuration else { return nil }
        configuration.poolSize = poolSize
        // What the URL itself says goes first.
        if configuration.pooler == .auto { configuration.pooler = pooler }
        configuration.applicationName = applicationName
        self.configuration = configuration
    }
}
