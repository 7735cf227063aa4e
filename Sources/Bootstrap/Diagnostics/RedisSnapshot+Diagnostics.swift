import Redis

extension RedisSnapshot {
    /// What is right and wrong with the server for a process of ours.
    ///
    /// - Parameter databaseAhead: how many seconds PostgreSQL's clock is ahead of this machine's, when that is what the
    ///   server's clock is compared with; nil compares with this machine's.
    package func diagnostics(databaseAhead: Double? = nil) -> [Diagnostic] {
        [newEnough, role, eviction, persistence, clock(databaseAhead)].compactMap { $0?.at(server) }
    }

    private var newEnough: Diagnostic? {
        let found = "version \(self["redis_version"] ?? "unknown")"
        guard let version, version >= .oldestRedis else {
            return .failed(
                "redis", found, "Version \(ServerVersion.oldestRedis) or later is needed: upgrade the server.")
        }
        return .ok("redis", found)
    }

    /// A server that does not tell its role was refused for its age.
    private var role: Diagnostic? {
        guard let role = self["role"] else { return nil }
        guard role == "master" else {
            return .failed(
                "redis.role", "role is '\(role)', which only reads",
                "Let REDIS_URL name the primary, which takes writes.")
        }
        return .ok("redis.role", "takes writes")
    }

    private var eviction: Diagnostic? {
        let found = "maxmemory-policy is '\(evictionPolicy)'"
        guard evictionPolicy == "noeviction" else {
            return .failed(
                "redis.eviction", "\(found): Redis drops queued jobs when memory runs out",
                Self.set("maxmemory-policy noeviction"))
        }
        return .ok("redis.eviction", found)
    }

    private var persistence: Diagnostic? {
        let name = "redis.persistence"
        if self["loading"] == "1" { return .warning(name, "still loading its data", "Wait and look again.") }
        guard appends else {
            let kept =
                savesSnapshots
                ? "snapshots only" : showsSnapshots ? "no snapshots either" : "and no word of snapshots"
            // Durable jobs wait in PostgreSQL for the sweep, so snapshots are enough to start with.
            let found =
                "appendonly is 'no', \(kept): after a restart queues are rebuilt from PostgreSQL, and ephemeral "
                + "jobs are lost"
            return savesSnapshots
                ? Diagnostic(name, .ok, found, advice: nil) : .warning(name, found, Self.set("appendonly yes"))
        }
        guard self["aof_last_write_status"] != "err" else {
            return .failed(
                name, "the last write to the append-only file failed",
                "Look at the server's log and at free disk space.")
        }
        guard appendFsync != "no" else {
            return .warning(
                name, "appendfsync is 'no': a crash of the machine can lose half a minute of ephemeral jobs",
                Self.set("appendfsync everysec"))
        }
        return .ok(name, "append-only file")
    }

    private func clock(_ databaseAhead: Double?) -> Diagnostic? {
        guard let clockAhead else { return nil }
        guard let databaseAhead else { return .clock("redis.clock", ahead: clockAhead, of: "this machine's") }
        return .clock("redis.clock", ahead: clockAhead - databaseAhead, of: "PostgreSQL's")
    }

    private static func set(_ setting: String) -> String {
        "Run 'redis-cli config set \(setting)' and put it into redis.conf."
    }
}
