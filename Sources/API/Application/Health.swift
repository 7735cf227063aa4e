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

    func report(_ logger: Logger) async -> Report {
        var report = Report()
        do {
            let pending = try await migrations.pending(database)
            if !pending.isEmpty {
                report.migrations = "pending"
                logger.warning("not ready: migrations are pending", metadata: ["count": "\(pending.count)"])
            }
        } catch {
            report.database = "unavailable"
            report.migrations = "unknown"
            logger.warning("not ready: the database does not answer", metadata: ["error": "\(error)"])
        }
        do {
            _ = try await redis.send(RedisCommand("PING"))
        } catch {
            report.redis = "unavailable"
            logger.warning("not ready: Redis does not answer", metadata: ["error": "\(error)"])
        }
        if [report.database, report.migrations, report.redis] != ["ok", "ok", "ok"] || !servers.isUsable {
            report.status = "not_ready"
        }
        // Said, and no reason to take the shop down: orders are safe in the database.
        if report.redis == "ok", !servers.dangers.isEmpty { report.redis = "unsafe" }
        return report
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
