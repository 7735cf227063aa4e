package import Logging
import Metrics
import Redis
import ServiceLifecycle

/// Keeps an eye on the two servers: waits for them at start, refuses those that cannot be worked with, and looks at
/// Redis again after each reconnect, because another server may stand there.
///
/// What is dangerous ends a process that starts. A running one goes on and says so: jobs that matter are in PostgreSQL
/// and find their way back into any Redis, while a shop that stops for it would lose orders for certain. Nor would
/// claiming fewer jobs help, as those that wait are the ones that such a server drops.
package struct ServerWatch: Service {
    /// How long until a server that is set dangerously is looked at again, so that the remedy is noticed without a
    /// reconnect.
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
                let worries = try await start()
                await watch(known: worries)
            }
        } catch is CancellationError {}
    }

    /// Waits for both servers and looks at them.
    ///
    /// - Returns: what was said to be worrying.
    /// - Throws: ``StartupError``, `CancellationError`.
    @discardableResult
    func start() async throws -> Set<ServerFinding> {
        let (ahead, facts) = try await answers()
        var findings = facts.flatMap { $0.findings(databaseAhead: ahead) }
        if let clock = ServerFinding.ofClock("this machine", ahead: -ahead) { findings.append(clock) }
        say(findings, known: [])
        status.becameUsable()
        return Set(findings)
    }

    private enum Answer {
        case database(ahead: Double)
        case redis([RedisSnapshot])
    }

    /// Both are waited for side by side, so that the one that refuses is not hidden behind the one that is away.
    private func answers() async throws -> (Double, [RedisSnapshot]) {
        let (database, redis) = (DatabaseCheck(database: connections.database), RedisCheck(redis: connections.redis))
        let (databasePatience, redisPatience) = (
            StartupRetry(server: "PostgreSQL", setting: "DATABASE_URL", logger: logger),
            StartupRetry(server: "Redis", setting: "REDIS_URL", logger: logger)
        )
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { .database(ahead: try await databasePatience.wait { try await database.run() }) }
            group.addTask { .redis(try await redisPatience.wait { try await redis.run() }) }
            var (ahead, facts) = (0.0, [RedisSnapshot]())
            for try await answer in group {
                switch answer {
                case .database(let seconds): ahead = seconds
                case .redis(let servers): facts = servers
                }
            }
            return (ahead, facts)
        }
    }

    private func watch(known: Set<ServerFinding>) async {
        var known = known
        for await _ in connections.redis.connections() {
            repeat {
                guard let findings = await look() else { break }
                say(findings, known: known)
                known = Set(findings)
                guard !status.dangers.isEmpty else { break }
                try? await Task.sleep(for: Self.recheck)
            } while !Task.isCancelled
        }
    }

    /// nil when Redis is away again; then another connection is to come.
    private func look() async -> [ServerFinding]? {
        do {
            let facts = try await RedisCheck(redis: connections.redis).facts()
            let ahead = await DatabaseCheck(database: connections.database).clockAhead()
            return facts.flatMap { $0.findings(databaseAhead: ahead) }
        } catch {
            if !Task.isCancelled {
                logger.warning("could not look at the settings of Redis", metadata: ["error": "\(error)"])
            }
            return nil
        }
    }

    /// Says what is dangerous every time, and what is worrying when it is news.
    private func say(_ findings: [ServerFinding], known: Set<ServerFinding>) {
        let dangers = findings.filter { $0.gravity == .dangerous }
        for finding in findings where finding.gravity == .dangerous || !known.contains(finding) {
            logger.log(
                level: finding.gravity == .dangerous ? .error : .warning, "\(finding)",
                metadata: ["server": "\(finding.server)", "setting": "\(finding.setting)", "value": "\(finding.value)"])
        }
        if dangers.isEmpty && !status.dangers.isEmpty { logger.notice("Redis is set safely again") }
        status.found(dangers)
        Gauge(label: "redis_dangerous_settings").record(dangers.count)
    }
}
