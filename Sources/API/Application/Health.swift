import Bootstrap
import Hummingbird
import Logging
import Postgres
import Redis

/// Whether this process can serve: it has found both servers usable once, its database answers, its schema is the one
/// the program was made for, Redis answers.
struct HealthCheck: Sendable {
    let database: PostgresPool
    let redis: RedisClient
    let migrations: Migrator
    let servers: ServerStatus

    /// The parts of the answer, without addresses or reasons: those go to the log.
    struct Report: Encodable, Equatable {
        var status = "ready"
        var database = "ok"
        var migrations = "ok"
        var redis = "ok"

        var isReady: Bool { status == "ready" }
    }

    /// Looks at both servers; what is wrong goes to the log with its reason.
    func report(_ logger: Logger) async -> Report {
        var found: [Diagnostic] = []
        do {
            found.append(DatabaseSnapshot.migrations(pending: try await migrations.pending(database)))
        } catch {
            found.append(.failed("postgresql", "does not answer: \(error)", nil))
        }
        do {
            _ = try await redis.send(RedisCommand("PING"))
        } catch {
            found.append(.failed("redis", "does not answer: \(error)", nil))
        }
        let failed = found.filter { $0.severity == .failed }
        for diagnostic in failed {
            logger.warning("not ready: \(diagnostic)", metadata: ["check": "\(diagnostic.name)"])
        }
        return Report(failed: Set(failed.map(\.name)), servers)
    }
}

extension HealthCheck.Report {
    /// - Parameter failed: the names of what failed.
    fileprivate init(failed: Set<String>, _ servers: ServerStatus) {
        if !failed.isEmpty || !servers.isUsable { status = "not_ready" }
        if failed.contains("migrations") { migrations = "pending" }
        if failed.contains("postgresql") { (database, migrations) = ("unavailable", "unknown") }
        // Dangerous settings are reported, and no reason to take the shop down: orders are safe in the database.
        redis = failed.contains("redis") ? "unavailable" : servers.dangers.isEmpty ? "ok" : "unsafe"
    }
}

/// `GET /healthz` and `GET /readyz`, for whatever restarts and routes around processes.
struct HealthRoutes {
    let health: HealthCheck

    func add(to routes: inout Routes) {
        routes.get("/healthz", audience: .everyone, limit: nil, answersWhileStarting: true) { _, _ in
            try JSONResponse.response(["status": "ok"])
        }
        routes.get("/readyz", audience: .everyone, limit: nil, answersWhileStarting: true) { _, context in
            let report = await health.report(context.logger)
            return try JSONResponse.response(report, status: report.isReady ? .ok : .serviceUnavailable)
        }
    }
}
