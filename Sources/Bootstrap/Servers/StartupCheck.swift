import FoundationEssentials
import Logging
import Postgres
import Redis

/// Looks at both servers before a process serves: what cannot work is refused with what to do about it, what is dangerous is said loudly.
struct StartupCheck: Sendable {
    /// Jobs go by the servers' clocks, tokens by ours; above this many seconds somebody should look.
    static let clockTolerance = 2.0

    let database: PostgresPool
    let redis: RedisClient
    let logger: Logger

    /// - Throws: ``StartupError``.
    func run() async throws {
        let clock = try await checkDatabase()
        let servers = try await checkRedis()
        warnOfClock("PostgreSQL", seconds: clock)
        for facts in servers {
            if let time = facts.time { warnOfClock(facts.name, seconds: time - Date().timeIntervalSince1970) }
        }
    }

    /// - Returns: how many seconds its clock is ahead of ours.
    private func checkDatabase() async throws -> Double {
        let row: PostgresRow
        do {
            let rows = try await database.query(
                "SELECT current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby, clock_timestamp() AS now"
            )
            row = rows[0]
        } catch {
            throw StartupError(
                .unavailable,
                "DATABASE_URL: PostgreSQL cannot be used: \(error). Expected a server that answers; is it running, and is the address right?"
            )
        }
        let now: Date = try row["now"]
        let clock = now.timeIntervalSince(Date())
        let version = ServerVersion(postgresNumber: try row["version"])
        guard version >= .oldestPostgres else {
            throw StartupError(
                .configuration, "DATABASE_URL: PostgreSQL \(version) is too old; expected \(ServerVersion.oldestPostgres) or newer.")
        }
        let isStandby: Bool = try row["standby"]
        guard !isStandby else {
            throw StartupError(.configuration, "DATABASE_URL: the server is a standby, which only reads; expected the primary.")
        }
        let pending = try await ShopSchema.migrator().pending(database)
        guard pending.isEmpty else {
            throw StartupError(
                .configuration,
                "DATABASE_URL: \(pending.count) migrations are missing in the database (\(pending[0])…); run 'cartwright migrate'.")
        }
        return clock
    }

    /// Each master of a cluster must be as the one server must be: any of them holds some of the queues.
    private func checkRedis() async throws -> [RedisFacts] {
        let servers: [RedisFacts]
        do {
            servers = try await RedisFacts.ofEachMaster(redis)
        } catch {
            throw StartupError(
                .unavailable,
                "REDIS_URL: Redis cannot be used: \(error). Expected a server that answers; is it running, and is the address right?")
        }
        for facts in servers {
            if let problem = Self.refusal(of: facts) { throw problem }
            if !facts.appends, !facts.savesSnapshots {
                logger.warning(
                    "\(facts.name) keeps nothing on disk: when it restarts, queues are rebuilt from PostgreSQL, and jobs that live in Redis alone are lost. Set 'appendonly yes'"
                )
            }
        }
        return servers
    }

    /// Why this server must not be used, if so.
    static func refusal(of facts: RedisFacts) -> StartupError? {
        guard let version = facts.version, version >= .oldestRedis else {
            let found = facts["redis_version"].map { "version \($0)" } ?? "of an unknown version"
            return StartupError(
                .configuration, "REDIS_URL: \(facts.name) is \(found), which is too old; expected \(ServerVersion.oldestRedis) or newer.")
        }
        guard facts.evictionPolicy == "noeviction" else {
            return StartupError(
                .configuration,
                "REDIS_URL: \(facts.name): maxmemory-policy is '\(facts.evictionPolicy)', with which it drops queued jobs when memory runs out; "
                    + "expected noeviction; run 'redis-cli config set maxmemory-policy noeviction' and put it into redis.conf.")
        }
        return nil
    }

    private func warnOfClock(_ server: String, seconds: Double) {
        guard abs(seconds) >= Self.clockTolerance else { return }
        logger.warning(
            "the clock of \(server) and this machine's differ; let all machines follow the same time servers (NTP)",
            metadata: ["seconds": "\(seconds)"])
    }
}
