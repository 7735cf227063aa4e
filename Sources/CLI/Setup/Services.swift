import JobQueue
import Logging
import Postgres
import Redis
import Storage

/// The servers and what the commands do with them.
struct Services: Sendable {
    let settings: OperatorSettings
    let database: PostgresPool
    let redis: RedisClient
    let dispatcher: JobDispatcher

    var inspector: JobInspector { JobInspector(database: database, dispatcher: dispatcher) }
    var orders: OrderStore { OrderStore(database: database, dispatcher: dispatcher, settings: settings.shop) }
    var invariants: Invariants { Invariants(database: database) }
    var audit: OperatorLog { OperatorLog(log: AuditLog(database: database)) }

    /// Runs a command that needs both servers, and closes the connections whatever becomes of it.
    static func use<Value>(_ body: (Services) async throws -> Value) async throws -> Value {
        let settings = try OperatorSettings.load()
        let redis = RedisClient(try settings.redisConfiguration(), logger: silent)
        do {
            let value = try await useDatabase(of: settings) { database in
                try await body(
                    Services(
                        settings: settings, database: database, redis: redis,
                        dispatcher: JobDispatcher(redis: redis, prefix: settings.queuePrefix, logger: silent)))
            }
            await redis.close()
            return value
        } catch {
            await redis.close()
            throw error
        }
    }

    /// Runs a command that needs the database alone.
    static func useDatabase<Value>(of settings: OperatorSettings, _ body: (PostgresPool) async throws -> Value) async throws -> Value {
        let database = PostgresPool(try settings.databaseConfiguration(), logger: silent)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }

    /// What the wrappers would log comes back as errors, and those are what an operator reads.
    static let silent = Logger(label: "cartwright") { _ in SwiftLogNoOpLogHandler() }
}
