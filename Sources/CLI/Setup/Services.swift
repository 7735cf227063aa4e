import Bootstrap
import Domain
import JobQueue
import Logging
import Postgres
import Redis
import Storage

/// The servers and what the commands do with them.
struct Services: Sendable {
    let settings: CommandSettings
    let connections: Connections

    var database: PostgresPool { connections.database }
    var redis: RedisClient { connections.redis }
    var inspector: JobInspector { JobInspector(database: database, dispatcher: connections.dispatcher) }
    var orders: OrderStore {
        OrderStore(database: database, dispatcher: connections.dispatcher, settings: settings.shop)
    }
    var captures: CaptureStore { CaptureStore(database: database, dispatcher: connections.dispatcher) }
    var circuits: ProviderCircuits { ProviderCircuits(redis: redis, prefix: settings.redis.queuePrefix) }
    var refunds: RefundStore { RefundStore(database: database, dispatcher: connections.dispatcher) }
    var disputes: DisputeStore { DisputeStore(database: database) }
    var webhooks: WebhookStore {
        WebhookStore(
            database: database, dispatcher: connections.dispatcher, provider: settings.shop.paymentProvider)
    }
    var reconciliations: ReconciliationStore { ReconciliationStore(database: database) }
    var mail: EmailStore { EmailStore(database: database, dispatcher: connections.dispatcher) }
    var catalogue: CatalogStore { CatalogStore(database: database, settings: settings.shop) }
    var rates: RateStore { RateStore(database: database) }
    var accounts: AccountStore { AccountStore(database: database) }
    var invariants: Invariants { Invariants(database: database) }
    var remains: JobRemains { JobRemains(database: database, provider: settings.shop.paymentProvider) }
    var audit: OperatorLog { OperatorLog(log: AuditLog(database: database)) }

    /// Runs a command with connections to both servers, each opened when it is first used, and closes them whatever
    /// becomes of it.
    ///
    /// - Throws: `StartupError` when a setting is wrong, and what the command throws.
    static func use<Value>(_ body: (Services) async throws -> Value) async throws -> Value {
        let settings = try CommandSettings(checking: try await SettingsReader.ofProcess())
        var database = settings.database
        // Somebody sits in front of the screen.
        database.configuration.acquireTimeout = .seconds(3)
        let services = Services(settings: settings, connections: Connections(database, settings.redis, logger: silent))
        do {
            let value = try await body(services)
            await services.connections.close()
            return value
        } catch {
            await services.connections.close()
            throw error
        }
    }

    /// Runs `body` with the database as the user who owns its tables.
    func withMigrationDatabase<Value>(_ body: (PostgresPool) async throws -> Value) async throws -> Value {
        guard let migrations = settings.migrations else { return try await body(database) }
        let owner = PostgresPool(migrations.configuration, logger: Self.silent)
        do {
            let value = try await body(owner)
            await owner.close()
            return value
        } catch {
            await owner.close()
            throw error
        }
    }

    /// What the wrappers would log comes back as errors, and those are what an operator reads.
    private static let silent = Logger(label: "cartwright") { _ in SwiftLogNoOpLogHandler() }
}
