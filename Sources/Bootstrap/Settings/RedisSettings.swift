package import JobQueue
package import Redis

/// Where Redis is and what our keys begin with: `REDIS_URL`, `CARTWRIGHT_QUEUE_PREFIX`, `QUEUE_BOUNDS`.
package struct RedisSettings: Sendable {
    /// For every kind of connection.
    package var configuration: RedisConfiguration
    /// The queues' keys begin with it, so that several shops can share a server.
    package let queuePrefix: String
    /// How many jobs may wait in Redis, for queues that have a bound.
    package let queueBounds: [QueueName: Int]

    /// - Parameter clientName: what `CLIENT LIST` shows; no spaces.
    package init?(_ reader: inout SettingsReader, clientName: String) {
        queuePrefix = reader.value("CARTWRIGHT_QUEUE_PREFIX", default: "cw", expected: "1 to 32 letters, digits, '-' or '_'") { text in
            let isPlain = text.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            return isPlain && text.utf8.count <= 32 ? text : nil
        }
        queueBounds = reader.value(
            "QUEUE_BOUNDS", default: [:], expected: "queues and how many jobs may wait in Redis for each, such as email=100000"
        ) { QueueCounts.parse($0, in: 1...100_000_000) }
        let configuration = reader.required(
            "REDIS_URL", expected: "redis://[user:password@]host:port[/database]", advice: "'make run' starts a private server and sets it"
        ) { try? RedisConfiguration(url: $0) }
        guard var configuration else { return nil }
        configuration.clientName = clientName
        self.configuration = configuration
    }
}
