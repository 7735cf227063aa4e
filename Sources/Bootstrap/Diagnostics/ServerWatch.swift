package import Logging
import Metrics
import Redis
package import ServiceLifecycle

/// Keeps an eye on the two servers: waits for them at start, refuses those that cannot be worked with, and looks at
/// Redis again after each reconnect, because another server may stand there.
///
/// What is dangerous ends a process that starts. A running one goes on and says so: jobs that matter are in PostgreSQL
/// and find their way back into any Redis, while a shop that stops for it would lose orders for certain. Nor would
/// claiming fewer jobs help, as those that wait are the ones that such a server drops.
package struct ServerWatch: Service {
    /// How long until a server with a dangerous setting is checked again, so that a corrected setting is noticed
    /// without a reconnect.
    static let recheck: Duration = .seconds(10)

    /// What is known of the servers.
    package let status = ServerStatus()
    private let connections: Connections
    private let logger: Logger

    package init(_ connections: Connections, logger: Logger) {
        self.connections = connections
        self.logger = logger
    }

    /// Runs until graceful shutdown.
    ///
    /// - Throws: ``StartupError`` when a server cannot be worked with.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                let found = try await start()
                await watch(known: found)
            }
        } catch is CancellationError {}
    }

    /// Waits for both servers and looks at them.
    ///
    /// - Returns: what was found and is not as it should be.
    /// - Throws: ``StartupError``, `CancellationError`.
    @discardableResult
    func start() async throws -> Set<Diagnostic> {
        let (database, redis) = try await snapshots()
        let found =
            database.diagnostics() + redis.flatMap { $0.diagnostics(databaseAhead: database.clockAhead) }
        say(found, known: [])
        status.becameUsable()
        return Set(found)
    }

    private enum Answer {
        case database(DatabaseSnapshot)
        case redis([RedisSnapshot])
    }

    /// Both are waited for at once, so that the one that refuses is not hidden behind the one that is away.
    private func snapshots() async throws -> (DatabaseSnapshot, [RedisSnapshot]) {
        let check = ServerCheck(database: connections.database, redis: connections.redis)
        let (databaseRetry, redisRetry) = (
            StartupRetry(server: "PostgreSQL", setting: "DATABASE_URL", logger: logger),
            StartupRetry(server: "Redis", setting: "REDIS_URL", logger: logger)
        )
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { .database(try await databaseRetry.wait { try await check.checkDatabase() }) }
            group.addTask { .redis(try await redisRetry.wait { try await check.checkRedis() }) }
            var (database, redis): (DatabaseSnapshot?, [RedisSnapshot]) = (nil, [])
            for try await answer in group {
                switch answer {
                case .database(let snapshot): database = snapshot
                case .redis(let snapshots): redis = snapshots
                }
            }
            guard let database else { throw CancellationError() }
            return (database, redis)
        }
    }

    private func watch(known: Set<Diagnostic>) async {
        var known = known
        for await _ in connections.redis.connections() {
            repeat {
                guard let found = await look() else { break }
                say(found, known: known)
                known = Set(found)
                guard !status.dangers.isEmpty else { break }
                try? await Task.sleep(for: Self.recheck)
            } while !Task.isCancelled
        }
    }

    /// nil when Redis is away again; then another connection is to come.
    private func look() async -> [Diagnostic]? {
        let check = ServerCheck(database: connections.database, redis: connections.redis)
        do {
            let snapshots = try await check.redisSnapshots()
            let ahead = await check.databaseAhead()
            return snapshots.flatMap { $0.diagnostics(databaseAhead: ahead) }
        } catch {
            if !Task.isCancelled {
                logger.warning("could not look at the settings of Redis", metadata: ["error": "\(error)"])
            }
            return nil
        }
    }

    /// Says what is dangerous every time, and what is worrying when it is new.
    private func say(_ found: [Diagnostic], known: Set<Diagnostic>) {
        let dangers = found.filter { $0.severity == .failed }
        for diagnostic in found where diagnostic.severity == .failed || !known.contains(diagnostic) {
            guard diagnostic.severity != .ok else { continue }
            logger.log(
                level: diagnostic.severity == .failed ? .error : .warning, "\(diagnostic)",
                metadata: ["check": "\(diagnostic.name)"])
        }
        if dangers.isEmpty && !status.dangers.isEmpty { logger.notice("Redis is set safely again") }
        status.found(dangers)
        Gauge(label: "redis_dangerous_settings").record(dangers.count)
    }
}

/// A service that begins when the servers have been found usable.
package struct ReadinessGate: Service {
    let status: ServerStatus
    let base: any Service

    /// - Parameter base: is never run when shutdown begins before.
    package init(_ status: ServerStatus, _ base: any Service) {
        self.status = status
        self.base = base
    }

    /// - Throws: what `base` throws.
    package func run() async throws {
        let isUsable = await cancelWhenGracefulShutdown { await status.waitUntilUsable() }
        if isUsable { try await base.run() }
    }
}
