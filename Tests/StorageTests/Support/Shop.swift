import Domain
import JobQueue
import Logging
import Postgres
import Redis
import Storage
import TestSupport
import Testing

/// A shop of its own for one test: a fresh database and all the stores. Redis is away, which no promise about orders
/// may depend on.
@dynamicMemberLookup
struct Shop: Sendable {
    let stores: ShopStores

    subscript<Store>(dynamicMember store: KeyPath<ShopStores, Store>) -> Store { stores[keyPath: store] }

    /// Opens a shop, runs the test in it, and checks that every invariant holds at the end.
    static func with(
        poolSize: Int = 8, settings: ShopSettings = ShopSettings(), expectingInvariants: Bool = true,
        _ body: (Shop) async throws -> Void
    ) async throws {
        let migrations = [try JobQueueMigrations.set(), try ShopMigrations.set()]
        try await TestDatabase.with(migrations: migrations, poolSize: poolSize) { database in
            var settings = settings
            settings.paymentProvider = "acme"
            var logger = Logger(label: "shop")
            logger.logLevel = .critical
            // Port 1 of the loopback: nobody listens there.
            let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: logger)
            let shop = Shop(
                stores: ShopStores(
                    database: database.pool, redis: redis, dispatcher: JobDispatcher(redis: redis, logger: logger),
                    settings: settings))
            try await body(shop)
            if expectingInvariants { #expect(try await shop.invariants.check() == []) }
            await redis.close()
        }
    }

    /// A number from the database: the first column of the first row.
    func count(_ sql: SQL) async throws -> Int {
        try #require(try await self.database.query(sql).first)[0]
    }
}
