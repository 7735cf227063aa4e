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
struct Shop: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher
    let orders: OrderStore
    let checkout: CheckoutStore
    let carts: CartStore
    let catalogue: CatalogStore
    let stock: StockStore
    let mail: EmailStore
    let mailEvents: EmailEventStore
    let refunds: RefundStore
    let captures: CaptureStore
    let webhooks: WebhookStore
    let disputes: DisputeStore
    let accounts: AccountStore
    let rates: RateStore
    let invariants: Invariants

    /// Opens a shop, runs the test in it, and checks that every invariant holds at the end.
    static func with(
        poolSize: Int = 8, settings: ShopSettings = ShopSettings(), expectingInvariants: Bool = true,
        _ body: (Shop) async throws -> Void
    ) async throws {
        let migrations = [try JobQueueMigrations.set(), try ShopMigrations.set()]
        try await TestDatabase.with(migrations: migrations, poolSize: poolSize) { database in
            var logger = Logger(label: "shop")
            logger.logLevel = .critical
            // Port 1 of the loopback: nobody listens there.
            let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: logger)
            let shop = Shop(database.pool, JobDispatcher(redis: redis, logger: logger), settings)
            try await body(shop)
            if expectingInvariants { #expect(try await shop.invariants.check() == []) }
            await redis.close()
        }
    }

    private init(_ database: PostgresPool, _ dispatcher: JobDispatcher, _ settings: ShopSettings) {
        self.database = database
        self.dispatcher = dispatcher
        orders = OrderStore(database: database, dispatcher: dispatcher, settings: settings)
        checkout = CheckoutStore(database: database, dispatcher: dispatcher, settings: settings)
        carts = CartStore(database: database, settings: settings)
        catalogue = CatalogStore(database: database, settings: settings)
        stock = StockStore(database: database, dispatcher: dispatcher)
        mail = EmailStore(database: database, dispatcher: dispatcher)
        mailEvents = EmailEventStore(database: database, dispatcher: dispatcher)
        refunds = RefundStore(database: database, dispatcher: dispatcher)
        captures = CaptureStore(database: database, dispatcher: dispatcher)
        webhooks = WebhookStore(database: database, dispatcher: dispatcher, provider: "acme")
        disputes = DisputeStore(database: database)
        accounts = AccountStore(database: database)
        rates = RateStore(database: database)
        invariants = Invariants(database: database)
    }

    /// A number from the database: the first column of the first row.
    func count(_ sql: SQL) async throws -> Int {
        try #require(try await database.query(sql).first)[0]
    }
}
