import Bootstrap
import Domain
import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import Resilience
import Storage

/// The servers and what the commands do with them. Each of the shop's stores goes by its own name: `services.orders`.
@dynamicMemberLookup
struct Services: Sendable {
    let settings: CommandSettings
    let connections: Connections
    let stores: ShopStores

    var database: PostgresPool { connections.database }
    var redis: RedisClient { connections.redis }
    var inspector: JobInspector { stores.jobs }
    var circuits: CircuitReader { CircuitReader(redis: redis, prefix: settings.redis.queuePrefix) }
    var audit: OperatorLog { OperatorLog(log: stores.audit) }

    subscript<Store>(dynamicMember store: KeyPath<ShopStores, Store>) -> Store { stores[keyPath: store] }

    /// Runs a command with connections to both servers, each opened when it is first used, and closes them whatever
    /// becomes of it.
    ///
    /// - Throws: `StartupError` when a setting is wrong, and what the command throws.
    static func use<Value>(_ body: (Services) async throws -> Value) async throws -> Value {
        let settings = try CommandSettings(checking: try await SettingsReader.ofProcess())
        var database = settings.database
        // A person sits in front of the screen.
        database.configuration.acquireTimeout = .seconds(3)
        let connections = Connections(database, settings.redis, logger: silent)
        let services = Services(
            settings: settings, connections: connections, stores: connections.stores(settings.shop))
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

/// Writes what operators do here into the audit log.
struct OperatorLog: Sendable {
    let log: AuditLog

    /// The operator, by the name of the system's user.
    static var actor: AuditActor { .system("cli:\(ProcessInfo.processInfo.userName)") }

    /// What this machine calls itself. `ProcessInfo` would ask a name server.
    static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays zero, whatever the length of the name.
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// Notes an action that has been carried out, under the name of the system's user.
    func note(_ action: String, _ subjectKind: String, _ subjectID: String, details: [String: String] = [:])
        async throws
    {
        try await log.append([Self.entry(action, subjectKind, subjectID, details: details)])
    }

    /// The entry of an action, for the transaction that carries it out.
    static func entry(_ action: String, _ subjectKind: String, _ subjectID: String, details: [String: String] = [:])
        -> AuditEntry
    {
        var details = details
        // Through sudo every user is root; sudo says who it really was.
        if let name = ProcessInfo.processInfo.environment["SUDO_USER"] { details["sudo_user"] = name }
        // No request has brought it, so there is no address; the machine's name stands for one.
        details["host"] = hostName
        return AuditEntry(
            actor: actor, action: action, subjectKind: subjectKind, subjectID: subjectID, details: details)
    }
}
