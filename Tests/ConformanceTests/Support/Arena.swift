import ConformanceWorker
import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import Synchronization
import TestSupport

/// The world of one scenario: a database, a key prefix, a run log, and the processes that are started in it. Nothing of
/// it outlives the test.
final class Arena: Sendable {
    let databaseURL: String
    let database: PostgresPool
    let redisURL: String
    /// The test's own way to Redis, past all proxies.
    let redis: RedisClient
    let dispatcher: JobDispatcher
    let prefix = "arena-\(UUID().uuidString.prefix(8).lowercased())"
    let logFile = "\(NSTemporaryDirectory())/cartwright-runs-\(UUID().uuidString).log"
    let log: RunLog
    /// All that was started. Held, because a process ends with the last reference to it.
    let processes = Mutex<[ManagedProcess]>([])

    /// Opens an arena on the servers of all tests, or on those given, and closes it whatever `body` does.
    static func with<Value>(
        redis: RedisServer? = nil, postgres: PostgresServer? = nil, _ body: (Arena) async throws -> Value
    ) async throws -> Value {
        let redisURL = try redis?.url ?? TestEnvironment.redisURL
        if let postgres {
            let pool = PostgresPool(try PostgresConfiguration(url: postgres.url), logger: quietLogger)
            defer { withExtendedLifetime(redis) {} }
            let result: Result<Value, any Error>
            do { result = .success(try await use(pool, postgres.url, redisURL, body)) } catch {
                result = .failure(error)
            }
            await pool.close()
            try await postgres.stop()
            return try result.get()
        }
        return try await TestDatabase.with(poolSize: 4) { try await use($0.pool, $0.url, redisURL, body) }
    }

    private static func use<Value>(
        _ pool: PostgresPool, _ databaseURL: String, _ redisURL: String, _ body: (Arena) async throws -> Value
    ) async throws -> Value {
        _ = try await Migrator(sets: [try JobQueueMigrations.set()]).migrate(pool)
        // Without any constraint: a second effect must show.
        try await pool.execute(
            """
            CREATE TABLE effects (job uuid NOT NULL, epoch bigint NOT NULL, process integer NOT NULL,
                                  at timestamptz DEFAULT clock_timestamp())
            """
        )
        let arena = try Arena(databaseURL: databaseURL, database: pool, redisURL: redisURL)
        let result: Result<Value, any Error>
        do { result = .success(try await body(arena)) } catch { result = .failure(error) }
        await arena.sweepOut()
        return try result.get()
    }

    private init(databaseURL: String, database: PostgresPool, redisURL: String) throws {
        self.databaseURL = databaseURL
        self.database = database
        self.redisURL = redisURL
        redis = RedisClient(try RedisConfiguration(url: redisURL), logger: Self.quietLogger)
        dispatcher = JobDispatcher(redis: redis, prefix: prefix, logger: Self.quietLogger)
        log = try RunLog(path: logFile)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: logFile)
    }

    /// Ends all processes and deletes the arena's keys, so that a million jobs of one scenario do not weigh on the
    /// next.
    private func sweepOut() async {
        for process in processes.withLock({ $0 }) {
            process.kill()
            _ = try? await process.waitForExit()
        }
        var cursor = "0"
        repeat {
            let page = try? await redis.send(
                RedisCommand("SCAN", .init(cursor), "MATCH", .init(prefix + ":*"), "COUNT", "1000"))
            cursor = page?.elements?.first?.text ?? "0"
            let keys = page?.elements?.last?.elements?.compactMap(\.text) ?? []
            if !keys.isEmpty { _ = try? await redis.send(RedisCommand("UNLINK", arguments: keys.map { .init($0) })) }
        } while cursor != "0"
        await redis.close()
    }

    var inspector: JobInspector { JobInspector(database: database, dispatcher: dispatcher) }

    /// All that was written down so far.
    func history() throws -> RunHistory { try RunHistory(file: logFile) }

    static let quietLogger: Logger = {
        var logger = Logger(label: "arena")
        logger.logLevel = .critical
        return logger
    }()
}
