package import JobQueue
package import Postgres
package import Redis

/// Every store of the shop, made from one set of connections. API, worker, commands and tests take their stores from
/// here and make none themselves: a new store is one line below.
package struct ShopStores: Sendable {
    package let database: PostgresPool
    /// Pushes jobs after the stores' commits.
    package let dispatcher: JobDispatcher
    package let settings: ShopSettings
    /// Tells those who wait for an order's outcome, in this process and in others.
    package let notifier: OrderNotifier
    package let redis: RedisClient
    private let prefix: String
    private let identity = ShopIdentity()

    /// - Parameters:
    ///   - prefix: begins every key in Redis.
    ///   - subscriber: hears what other processes publish; for processes in which clients wait for an outcome.
    package init(
        database: PostgresPool, redis: RedisClient, dispatcher: JobDispatcher, prefix: String = "cw",
        subscriber: RedisSubscriber? = nil, settings: ShopSettings = ShopSettings()
    ) {
        self.database = database
        self.redis = redis
        self.dispatcher = dispatcher
        self.prefix = prefix
        self.settings = settings
        notifier = OrderNotifier(redis: redis, subscriber: subscriber, prefix: prefix)
    }
}

extension ShopStores {
    package var accounts: AccountStore { AccountStore(database: database) }
    package var audit: AuditLog { AuditLog(database: database) }
    package var captures: CaptureStore { CaptureStore(database: database, dispatcher: dispatcher) }
    package var carts: CartStore { CartStore(database: database, settings: settings) }
    package var catalog: CatalogStore { CatalogStore(database: database, settings: settings) }
    package var disputes: DisputeStore { DisputeStore(database: database) }
    package var emailEvents: EmailEventStore { EmailEventStore(database: database, dispatcher: dispatcher) }
    package var emails: EmailStore { EmailStore(database: database, dispatcher: dispatcher) }
    package var guests: GuestStore { GuestStore(database: database) }
    package var invariants: Invariants { Invariants(database: database) }
    package var jobs: JobInspector { JobInspector(database: database, dispatcher: dispatcher) }
    package var orders: OrderStore { OrderStore(database: database, dispatcher: dispatcher, settings: settings) }
    package var products: ProductCache { ProductCache(redis: redis, prefix: prefix) }
    package var rates: RateStore { RateStore(database: database) }
    package var reconciliations: ReconciliationStore { ReconciliationStore(database: database) }
    package var refunds: RefundStore { RefundStore(database: database, dispatcher: dispatcher) }
    package var remains: JobRemains { JobRemains(database: database, provider: settings.paymentProvider) }
    package var reservations: ReservationStore {
        ReservationStore(
            database: database, dispatcher: dispatcher, notifier: notifier, products: products, settings: settings)
    }
    package var settlements: SettlementStore {
        SettlementStore(
            database: database, dispatcher: dispatcher, notifier: notifier, settings: settings, identity: identity)
    }
    package var shipments: ShipmentStore {
        ShipmentStore(database: database, dispatcher: dispatcher, notifier: notifier)
    }
    package var discounts: DiscountStore { DiscountStore(database: database, settings: settings) }
    package var shippingMethods: ShippingMethodStore {
        ShippingMethodStore(database: database, settings: settings)
    }
    package var stock: StockStore { StockStore(database: database, dispatcher: dispatcher, settings: settings) }
    package var webhooks: WebhookStore {
        WebhookStore(database: database, dispatcher: dispatcher, provider: settings.paymentProvider)
    }
}
