import Bootstrap
import Redis

/// Redis: there, new enough, and not set to throw jobs away.
struct RedisCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            return try await RedisSnapshot.ofEachMaster(services.redis).flatMap(Self.judge)
        } catch {
            return [.failed("redis", error)]
        }
    }

    static func judge(_ facts: RedisSnapshot) -> [Finding] {
        let findings = [version(facts), role(facts), eviction(facts), persistence(facts), clock(facts)].compactMap(
            \.self)
        guard let server = facts.server else { return findings }
        return findings.map {
            Finding(check: $0.check, verdict: $0.verdict, detail: "\(server): \($0.detail)", advice: $0.advice)
        }
    }

    private static func version(_ facts: RedisSnapshot) -> Finding {
        let text = "version \(facts["redis_version"] ?? "unknown")"
        guard let version = facts.version, version >= .oldestRedis else {
            return .failed(
                "redis", text, "Version \(ServerVersion.oldestRedis) or later is needed; upgrade the server.")
        }
        return .ok("redis", text)
    }

    private static func role(_ facts: RedisSnapshot) -> Finding {
        let role = facts["role"] ?? "unknown"
        guard role == "master" else {
            return .failed("redis.role", role, "Let REDIS_URL name the primary server, which takes writes.")
        }
        return .ok("redis.role", "takes writes")
    }

    private static func eviction(_ facts: RedisSnapshot) -> Finding {
        let policy = facts.evictionPolicy
        if policy == "noeviction" { return .ok("redis.eviction", policy) }
        let advice = "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf."
        return .failed(
            "redis.eviction",
            "\(policy): Redis throws waiting jobs away when memory runs out; no process starts with it", advice)
    }

    private static func persistence(_ facts: RedisSnapshot) -> Finding {
        if facts["loading"] == "1" {
            return .warning("redis.persistence", "the server is still loading its data", "Wait and look again.")
        }
        if facts.appends {
            guard facts["aof_last_write_status"] != "err" else {
                return .failed(
                    "redis.persistence", "the last write to the append-only file failed",
                    "Look at the server's log and at free disk space."
                )
            }
            guard facts.appendFsync != "no" else {
                return .warning(
                    "redis.persistence",
                    "appendfsync is 'no': a crash of the machine can lose half a minute of ephemeral jobs",
                    "CONFIG SET appendfsync everysec, and the same in redis.conf.")
            }
            return .ok("redis.persistence", "append-only file")
        }
        return .warning(
            "redis.persistence",
            "\(facts.savesSnapshots ? "snapshots only" : "nothing on disk"): a restart loses ephemeral jobs, and durable ones wait for the sweep",
            "CONFIG SET appendonly yes, and the same in redis.conf.")
    }

    private static func clock(_ facts: RedisSnapshot) -> Finding? {
        facts.clockAhead.map { ClockDrift.finding("redis.clock", seconds: $0) }
    }
}
