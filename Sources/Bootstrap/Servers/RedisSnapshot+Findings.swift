extension RedisSnapshot {
    /// Jobs go by the servers' clocks, tokens and logs by ours; above this many seconds somebody should look.
    package static let clockTolerance = 2.0

    /// What is wrong with the server for a process of ours, the gravest first.
    ///
    /// - Parameter databaseAhead: how many seconds PostgreSQL's clock is ahead of this machine's; nil when it did not
    ///   tell.
    package func findings(databaseAhead: Double?) -> [ServerFinding] {
        [tooOld, replica, evicting, unsaved, unsynced, clock(databaseAhead)].compactMap(\.self)
    }

    private var tooOld: ServerFinding? {
        if let version, version >= .oldestRedis { return nil }
        return finding(
            .dangerous, "version", self["redis_version"] ?? "unknown", "which is too old for how jobs are claimed",
            "install \(ServerVersion.oldestRedis) or newer")
    }

    /// An older server that does not tell its role was refused for its age.
    private var replica: ServerFinding? {
        guard let role = self["role"], role != "master" else { return nil }
        return finding(.dangerous, "role", role, "which only reads", "let REDIS_URL name the primary")
    }

    private var evicting: ServerFinding? {
        guard evictionPolicy != "noeviction" else { return nil }
        return finding(
            .dangerous, "maxmemory-policy", evictionPolicy, "with which it drops queued jobs when memory runs out",
            Self.advice("maxmemory-policy noeviction"))
    }

    private var unsaved: ServerFinding? {
        guard !appends, !savesSnapshots else { return nil }
        return finding(
            .worrying, "appendonly", "no",
            "and \(tellsOfSnapshots ? "there are no snapshots" : "it does not tell whether there are snapshots"): when it restarts, queues are rebuilt from PostgreSQL, and jobs that live in Redis alone are lost",
            Self.advice("appendonly yes"))
    }

    private var unsynced: ServerFinding? {
        guard appends, appendFsync == "no" else { return nil }
        return finding(
            .worrying, "appendfsync", "no",
            "with which a crash of its machine can lose half a minute: queues are rebuilt from PostgreSQL, and jobs that live in Redis alone are lost",
            Self.advice("appendfsync everysec"))
    }

    private func clock(_ databaseAhead: Double?) -> ServerFinding? {
        guard let databaseAhead, let clockAhead else { return nil }
        return ServerFinding.ofClock(name, ahead: clockAhead - databaseAhead)
    }

    private static func advice(_ setting: String) -> String {
        "run 'redis-cli config set \(setting)' and put it into redis.conf"
    }

    private func finding(
        _ gravity: ServerFinding.Gravity, _ setting: String, _ value: String, _ consequence: String, _ remedy: String
    ) -> ServerFinding {
        ServerFinding(
            gravity: gravity, server: name, setting: setting, value: value, consequence: consequence, remedy: remedy)
    }
}

extension ServerFinding {
    /// A clock that is too far from PostgreSQL's, by which schedules, retries and expiries go.
    ///
    /// - Parameters:
    ///   - whose: as in "Redis" or "this machine".
    ///   - seconds: how far it is ahead of PostgreSQL's.
    static func ofClock(_ whose: String, ahead seconds: Double) -> ServerFinding? {
        guard abs(seconds) > RedisSnapshot.clockTolerance else { return nil }
        let tenths = (abs(seconds) * 10).rounded() / 10
        return ServerFinding(
            gravity: .worrying, server: whose, setting: "clock",
            value: "\(tenths) s \(seconds < 0 ? "behind" : "ahead of") PostgreSQL's",
            consequence: "so due times, leases and logs don't agree",
            remedy: "let all machines follow the same time servers (NTP)")
    }
}
