import Bootstrap
import Domain
import Foundation
import JobQueue
import Logging
import Redis
import Resilience
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
        let (redis, prefix) = (connections.redis, connections.prefix)
        let stores = connections.stores(common.shop, subscriber: subscriber)
        let limiter = RequestLimiter(limits: common.http.limits, redis: redis, prefix: prefix, logger: logger)
        self.init(
            stores: stores,
            paymentWebhook: common.webhooks.payments.map {
                PaymentWebhook($0.provider, secrets: $0.secrets.map(\.value), isLive: $0.mode == .live)
            },
            emailWebhook: try common.webhooks.emailKey.map { der throws(StartupError) in try EmailWebhook(der: der) },
            waits: QueueEstimator(orders: stores.orders, redis: redis, prefix: prefix, logger: logger),
            health: HealthCheck(
                database: stores.database, redis: redis, migrations: try ShopSchema.migrator(), servers: servers),
            tokens: tokens,
            cartTokens: CartTokens(signingSecrets: keys.map(\.secret)),
            // One core stays free for everything that is not a login.
            hasher: try PasswordHasher(
                cost: settings.bcryptCost, threads: max(1, ProcessInfo.processInfo.activeProcessorCount - 1)),
            trustedProxies: common.http.trustedProxies, limiter: limiter,
            logins: LoginThrottle(limiter: limiter, redis: redis, prefix: prefix))
    }
}
