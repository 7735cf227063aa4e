import Foundation
import Redis

/// Redis: there, new enough, and not set to throw jobs away.
struct RedisCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            // INFO tells nearly all, and is allowed where CONFIG is not.
            let answers = try await services.redis.send([RedisCommand("INFO"), RedisCommand("TIME"), RedisCommand("CONFIG", "GET", "save")])
            if case .error(let text) = answers[0] {
                return [.failed("redis", "refused: \(text)", "Check the user's rights and REDIS_URL.")]
            }
            let facts = RedisFacts(answers[0].text ?? "")
            let savesSnapshots = answers[2].elements?.last?.text?.isEmpty == false
            return Self.judge(facts, savesSnapshots: savesSnapshots) + [Self.clock(answers[1])].compactMap(\.self)
        } catch {
            return [.failed("redis", error)]
        }
    }

    static func judge(_ facts: RedisFacts, savesSnapshots: Bool) -> [Finding] {
        [version(facts), role(facts), eviction(facts), persistence(facts, savesSnapshots)]
    }

    /// LMOVE and BLMOVE, with which jobs are claimed, came with 6.2.
    private static func version(_ facts: RedisFacts) -> Finding {
        let text = "version \(facts["redis_version"] ?? "unknown")"
        guard let version = facts.version, version >= (6, 2) else {
            return .failed("redis", text, "Version 6.2 or later is needed; upgrade the server.")
        }
        return .ok("redis", text)
    }

    private static func role(_ facts: RedisFacts) -> Finding {
        let role = facts["role"] ?? "unknown"
        guard role == "master" else { return .failed("redis.role", role, "Let REDIS_URL name the primary server, which takes writes.") }
        return .ok("redis.role", "takes writes")
    }

    private static func eviction(_ facts: RedisFacts) -> Finding {
        let policy = facts["maxmemory_policy"] ?? "unknown"
        if policy == "noeviction" { return .ok("redis.eviction", policy) }
        let advice = "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf."
        return .failed(
            "redis.eviction", "\(policy): Redis throws waiting jobs away when memory runs out; no process starts with it", advice)
    }

    private static func persistence(_ facts: RedisFacts, _ savesSnapshots: Bool) -> Finding {
        if facts["loading"] == "1" { return .warning("redis.persistence", "the server is still loading its data", "Wait and look again.") }
        if facts["aof_enabled"] == "1" {
            guard facts["aof_last_write_status"] != "err" else {
                return .failed(
                    "redis.persistence", "the last write to the append-only file failed", "Look at the server's log and at free disk space."
                )
            }
            return .ok("redis.persistence", "append-only file")
        }
        return .warning(
            "redis.persistence",
            "\(savesSnapshots ? "snapshots only" : "nothing on disk"): a restart loses ephemeral jobs, and durable ones wait for the sweep",
            "CONFIG SET appendonly yes, and the same in redis.conf.")
    }

    private static func clock(_ answer: RedisValue) -> Finding? {
        guard let parts = answer.elements?.compactMap(\.int), parts.count == 2 else { return nil }
        let there = Double(parts[0]) + Double(parts[1]) / 1e6
        return ClockDrift.finding("redis.clock", seconds: there - Date().timeIntervalSince1970)
    }
}
