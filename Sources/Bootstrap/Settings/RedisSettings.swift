package import JobQueue
package import Postgres
package import Redis

/// Where Redis is and what our keys begin with: `REDIS_URL`, `REDIS_KEY_PREFIX`, `QUEUE_MAX_LENGTH`.
package struct RedisSettings: Sendable {
    /// For every kind of connection.
    package var configuration: RedisConfiguration
    /// The queues' keys begin with it, so that several shops can share a server.
    package let queuePrefix: String
    /// How many jobs may wait in Redis, for queues that have a bound.
    package let queueBounds: [QueueName: Int]

    /// - Parameter clientName: what `CLIENT LIST` shows; no spaces.
    package init?(_ reader: inout SettingsReader, clientName: String) {
        queuePrefix = reader.value(
            "REDIS_KEY_PREFIX", default: "cw", expected: "1 to 32 letters, digits, '-' or '_'"
        ) { text in
            let isPlain = text.utf8.allSatisfy {
                ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
            return isPlain && text.utf8.count <= 32 ? text : nil
        }
        queueBounds = reader.value(
            "QUEUE_MAX_LENGTH", default: [:],
            expected: "queues and how many jobs may wait in Redis for each, such as email=100000"
        ) { QueueCounts.parse($0, in: 1...100_000_000) }
        guard var configuration = Self.configuration(&reader) else { return nil }
        configuration.clientName = clientName
        self.configuration = configuration
    }

    /// The URL of a set of servers has many parts, so what is wrong with it is said.
    private static func configuration(_ reader: inout SettingsReader) -> RedisConfiguration? {
        let advice = "'make run' starts a private server and sets it"
        guard let url = reader.optional("REDIS_URL") else {
            reader.note(
                SettingProblem(
                    name: "REDIS_URL", wrong: "is not set",
                    expected: "redis://[user:password@]host:port[/database], or the like for a set of servers",
                    advice: advice))
            return nil
        }
        do throws(RedisError) {
            return try RedisConfiguration(url: url)
        } catch {
            // "expected …, but …", without a part of the URL in it.
            let expected = error.message.replacing("expected ", with: "", maxReplacements: 1)
            reader.note(
                SettingProblem(name: "REDIS_URL", wrong: "cannot be used as it is", expected: expected, advice: advice))
            return nil
        }
    }
}

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
