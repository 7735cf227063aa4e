package import JobQueue
package import Logging
package import Postgres
package import Redis
package import Storage

/// The connections of a process to its two servers.
package struct Connections: Sendable {
    package let database: PostgresPool
    package let redis: RedisClient
    /// Pushes jobs through `redis`.
    package let dispatcher: JobDispatcher
    /// Begins every key in Redis.
    package let prefix: String

    /// Makes the clients, uses them, and closes them whatever becomes of it. Whether the servers are there is not
    /// asked; see ``ServerWatch``.
    ///
    /// - Throws: whatever the body throws.
    package static func using(
        _ database: DatabaseSettings, _ redis: RedisSettings, logger: Logger, _ body: (Connections) async throws -> Void
    ) async throws {
        let connections = Connections(database, redis, logger: logger)
        do {
            try await body(connections)
        } catch {
            await connections.close()
            throw error
        }
        await connections.close()
    }

    /// Clients that connect when they are first used.
    package init(_ database: DatabaseSettings, _ redis: RedisSettings, logger: Logger) {
        self.database = PostgresPool(database.configuration, logger: logger)
        prefix = redis.queuePrefix
        self.redis = RedisClient(redis.configuration, logger: logger)
        dispatcher = JobDispatcher(
            redis: self.redis, prefix: redis.queuePrefix, bounds: redis.queueBounds, logger: logger)
    }

    /// The shop's stores on these connections.
    ///
    /// - Parameter subscriber: hears of orders' outcomes; for processes in which callers wait for one.
    package func stores(_ settings: ShopSettings, subscriber: RedisSubscriber? = nil) -> ShopStores {
        ShopStores(
            database: database, redis: redis, dispatcher: dispatcher, prefix: prefix, subscriber: subscriber,
            settings: settings)
    }

    package func close() async {
        await redis.close()
        await database.close()
    }
}

/// The tables of this program.
package enum ShopSchema {
    /// All migrations, the queue's first: the shop's own enqueue into its tables.
    ///
    /// - Throws: when the files that came with the program cannot be read.
    package static func migrator() throws -> Migrator {
        Migrator(sets: [try JobQueueMigrations.set(), try ShopMigrations.set()])
    }
}
