import FoundationEssentials
import Postgres
import Redis

/// Looks whether the two servers are ones that a process of ours can work with.
struct ServerCheck: Sendable {
    let database: PostgresPool
    let redis: RedisClient

    /// Looks at PostgreSQL.
    ///
    /// - Throws: ``StartupError`` for what only an operator can change; `PostgresError` for a server that does not
    ///   answer.
    func checkDatabase() async throws -> DatabaseSnapshot {
        do {
            let snapshot = try await DatabaseSnapshot(of: database)
            if let refusal = Self.refusal("DATABASE_URL: PostgreSQL", snapshot.diagnostics()) { throw refusal }
            return snapshot
        } catch let error as PostgresError where !error.isTransient && error.code != .closed {
            let expected =
                error.code == .connectFailed && error.sqlState != nil
                ? " Expected an existing database, and a user and a password that it accepts." : ""
            throw StartupError("DATABASE_URL: PostgreSQL cannot be used: \(error).\(expected)")
        }
    }

    /// Looks at Redis and refuses what is dangerous.
    ///
    /// - Throws: ``StartupError`` for what only an operator can change; `RedisError` when a server does not answer.
    func checkRedis() async throws -> [RedisSnapshot] {
        let snapshots = try await redisSnapshots()
        if let refusal = Self.refusal("REDIS_URL: Redis", snapshots.flatMap { $0.diagnostics() }) { throw refusal }
        return snapshots
    }

    /// Looks at each server that jobs are written to.
    ///
    /// - Throws: ``StartupError`` when it refuses to answer; `RedisError` when it does not answer.
    func redisSnapshots() async throws -> [RedisSnapshot] {
        do throws(RedisError) {
            return try await RedisSnapshot.ofEachMaster(redis)
        } catch {
            guard !error.isTransient, error.code != .closed else { throw error }
            throw StartupError(
                "REDIS_URL: Redis refuses: \(error). Expected a user, a password and a database that it accepts, "
                    + "the right to ask INFO, and with rediss:// a certificate that is trusted.")
        }
    }

    /// How many seconds PostgreSQL's clock is ahead of this machine's; nil when it does not answer.
    func databaseAhead() async -> Double? {
        let now: Date? = try? await database.query("SELECT clock_timestamp() AS now")[0]["now"]
        return now?.timeIntervalSince(Date())
    }

    /// Why no process must start with these servers, if so. A Redis that cannot write its file is reported and not
    /// refused: orders are safe in PostgreSQL meanwhile, and a shop that stops would lose them for certain.
    static func refusal(_ server: String, _ diagnostics: [Diagnostic]) -> StartupError? {
        let found = diagnostics.first { $0.severity == .failed && $0.name != "redis.persistence" }
        return found.map { StartupError("\(server): \($0.found). \($0.advice ?? "")") }
    }
}
