import Redis

/// What a Redis server says of itself.
struct RedisFacts: Sendable, Equatable {
    var version = ""
    var evictionPolicy = ""
    /// Whether it keeps an append-only file.
    var appends = false
    /// Whether it writes snapshots.
    var saves = false
    /// Seconds since 1970 on the server's clock.
    var time = 0.0

    /// The fields of `INFO`, by name.
    static func fields(ofInfo info: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in info.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        return fields
    }

    /// Asks the server. Snapshots count as off when the server does not let `CONFIG` be read, as managed ones do.
    static func of(_ redis: RedisClient) async throws(RedisError) -> RedisFacts {
        var facts = RedisFacts()
        let info = fields(ofInfo: try await redis.send(RedisCommand("INFO")).text ?? "")
        facts.version = info["redis_version"] ?? ""
        facts.evictionPolicy = info["maxmemory_policy"] ?? ""
        facts.appends = info["aof_enabled"] == "1"
        let saving = try await redis.send([RedisCommand("CONFIG", "GET", "save")])
        facts.saves = saving.first?.elements?.dropFirst().first?.text?.isEmpty == false
        let time = try await redis.send(RedisCommand("TIME")).elements ?? []
        if time.count == 2, let seconds = time[0].int, let microseconds = time[1].int {
            facts.time = Double(seconds) + Double(microseconds) / 1_000_000
        }
        return facts
    }
}
