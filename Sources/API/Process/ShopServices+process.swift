import Bootstrap
import Foundation
import JobQueue
import Logging
import Redis
import Storage

extension ShopServices {
    /// The services of a process, on its connections.
    ///
    /// - Throws: ``PasswordHasherUnavailable``, ``StartupError``.
    init(
        _ settings: APIProcessSettings, _ connections: Connections, subscriber: RedisSubscriber, servers: ServerStatus,
        logger: Logger
    ) async throws {
        let common = settings.common
        let keys = common.auth.signingKeys.map { SigningKey(id: $0.id, secret: $0.secret) }
        guard let tokens = await AccessTokens(keys: keys) else {
            throw StartupError("AUTH_SIGNING_KEYS: there is no key.")
        }
        _ = try CommonPasswords.list.get()
        if settings.bcryptCost < 10 { logger.warning("BCRYPT_COST is low; expected 12 or more outside of tests") }
        let database = connections.database
        let prefix = common.redis.queuePrefix
        let orders = OrderStore(database: database, dispatcher: connections.dispatcher, settings: common.shop)
        let limiter = RequestLimiter(
            limits: common.http.limits, redis: connections.redis, prefix: prefix, logger: logger)
        self.init(
            accounts: AccountStore(database: database),
            catalogue: CatalogStore(database: database, settings: common.shop),
            products: ProductCache(redis: connections.redis, prefix: prefix), rates: RateStore(database: database),
            carts: CartStore(database: database, settings: common.shop), guests: GuestStore(database: database),
            orders: orders,
            refunds: RefundStore(database: database, dispatcher: connections.dispatcher),
            captures: CaptureStore(database: database, dispatcher: connections.dispatcher),
            disputes: DisputeStore(database: database),
            webhooks: WebhookStore(
                database: database, dispatcher: connections.dispatcher, provider: common.shop.paymentProvider),
            paymentWebhook: common.webhooks.payments.map {
                PaymentWebhook($0.provider, secrets: $0.secrets.map(\.value), isLive: $0.mode == .live)
            },
            mail: EmailStore(database: database, dispatcher: connections.dispatcher),
            mailEvents: EmailEventStore(database: database, dispatcher: connections.dispatcher),
            mailWebhook: try common.webhooks.mailKey.map { der throws(StartupError) in try EmailWebhook(der: der) },
            reconciliations: ReconciliationStore(database: database),
            outcomes: OrderNotifier(redis: connections.redis, subscriber: subscriber, prefix: prefix),
            waits: QueueEstimator(orders: orders, redis: connections.redis, prefix: prefix, logger: logger),
            jobs: JobInspector(database: database, dispatcher: connections.dispatcher),
            remains: JobRemains(database: database, provider: common.shop.paymentProvider), audit: AuditLog(database: database),
            health: HealthCheck(
                database: database, redis: connections.redis, migrations: try ShopSchema.migrator(), servers: servers),
            tokens: tokens,
            cartTokens: CartTokens(signingSecrets: keys.map(\.secret)),
            // One core stays free for everything that is not a login.
            hasher: try PasswordHasher(
                cost: settings.bcryptCost, threads: max(1, ProcessInfo.processInfo.activeProcessorCount - 1)),
            settings: common.shop, trustedProxies: common.http.trustedProxies,
            limiter: limiter, logins: LoginThrottle(limiter: limiter, redis: connections.redis, prefix: prefix))
    }
}
