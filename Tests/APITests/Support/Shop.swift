import Bootstrap
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JobQueue
import Logging
import NIOCore
import Postgres
import Providers
import Redis
import Resilience
import Storage
import TestSupport

@testable import API

/// A running API in front of the suite's database, for the time of one test.
struct Shop: Sendable {
    let client: any TestClientProtocol
    let services: ShopServices
    let database: PostgresPool

    /// What the email provider signs its events with.
    static let emailKey = P256.Signing.PrivateKey()
    static let signingKey = SigningKey(id: "test", secret: Array("an example of a signing key, 32+ bytes".utf8))

    /// The secrets of webhooks, of which the first is being replaced.
    static let webhookSecrets = ["whsec_of_last_year", "whsec_of_this_year"]
    static let provider = PaymentProviders.all[0]
    static let webhook = PaymentWebhook(provider, secrets: webhookSecrets, isLive: false)

    /// Servers whose checks at start have passed.
    static var usable: ServerStatus {
        let status = ServerStatus()
        status.becameUsable()
        return status
    }

    /// The tables of the whole system.
    static func migrations() throws -> [MigrationSet] { try [JobQueueMigrations.set(), ShopMigrations.set()] }

    /// Starts the API on a port of its own, runs the test, and stops it.
    static func open(
        servers: ServerStatus = usable, webhook: PaymentWebhook? = webhook, signingKeys: [SigningKey] = [signingKey],
        edge: EdgeResources = EdgeResources(limits: EdgeLimits()), cors: CORSPolicy = CORSPolicy(),
        proxies: TrustedProxies = .none,
        limits: RequestLimits = .off, _ test: @escaping @Sendable (Shop) async throws -> Void
    ) async throws {
        try await open(
            database: try TestDatabase.current.pool, servers: servers, webhook: webhook, signingKeys: signingKeys,
            edge: edge, cors: cors,
            proxies: proxies, limits: limits, test)
    }

    static func open(
        database: PostgresPool, servers: ServerStatus = usable, webhook: PaymentWebhook? = webhook,
        signingKeys: [SigningKey] = [signingKey], edge: EdgeResources = EdgeResources(limits: EdgeLimits()),
        cors: CORSPolicy = CORSPolicy(), proxies: TrustedProxies = .none, limits: RequestLimits = .off,
        _ test: @escaping @Sendable (Shop) async throws -> Void
    ) async throws {
        try await withServices(
            database: database, servers: servers, webhook: webhook, signingKeys: signingKeys, proxies: proxies,
            limits: limits
        ) { services, logger in
            let application = buildApplication(
                services: services, document: try APIDocument.load(), address: .hostname("127.0.0.1", port: 0),
                linger: .zero,
                gate: ListenerGate(logger: logger), edge: edge, cors: cors, logger: logger)
            try await application.test(.live) { client in
                try await test(Shop(client: client, services: services, database: database))
            }
        }
    }

    /// Everything the API stands on, closed again afterwards.
    static func withServices(
        database: PostgresPool, servers: ServerStatus = usable, webhook: PaymentWebhook? = webhook,
        signingKeys: [SigningKey] = [signingKey], proxies: TrustedProxies = .none, limits: RequestLimits = .off,
        _ body: @Sendable (ShopServices, Logger) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let configuration = try RedisConfiguration(url: try TestEnvironment.redisURL)
        let redis = RedisClient(configuration, logger: logger)
        let subscriber = RedisSubscriber(configuration, logger: logger)
        let prefix = "api-" + UUID().uuidString.lowercased()
        let dispatcher = JobDispatcher(redis: redis, prefix: prefix, logger: logger)
        let hasher = try PasswordHasher(cost: 4, threads: 1)
        guard let tokens = await AccessTokens(keys: signingKeys) else { throw CancellationError() }
        let settings = ShopSettings(charges: provider.charges, paymentProvider: provider.name)
        let stores = ShopStores(
            database: database, redis: redis, dispatcher: dispatcher, prefix: prefix, subscriber: subscriber,
            settings: settings)
        let limiter = RequestLimiter(limits: limits, redis: redis, prefix: prefix, logger: logger)
        let services = ShopServices(
            stores: stores, paymentWebhook: webhook,
            emailWebhook: try EmailWebhook(der: Array(emailKey.publicKey.derRepresentation)),
            waits: QueueEstimator(orders: stores.orders, redis: redis, prefix: prefix, logger: logger),
            health: HealthCheck(
                database: database, redis: redis, migrations: Migrator(sets: try migrations()), servers: servers),
            tokens: tokens,
            cartTokens: CartTokens(signingSecrets: signingKeys.map(\.secret)), hasher: hasher,
            trustedProxies: proxies, limiter: limiter,
            logins: LoginThrottle(limiter: limiter, redis: redis, prefix: prefix))
        do {
            try await body(services, logger)
        } catch {
            await close(hasher, subscriber, redis)
            throw error
        }
        await close(hasher, subscriber, redis)
    }

    private static func close(_ hasher: PasswordHasher, _ subscriber: RedisSubscriber, _ redis: RedisClient) async {
        hasher.stop()
        await subscriber.close()
        await redis.close()
    }
}

/// Keeps expected failures out of the test's output.
struct SilentLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.critical

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}
