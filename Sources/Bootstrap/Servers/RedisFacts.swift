package import Redis

/// What a Redis server says of itself.
package struct RedisFacts: Sendable, Equatable {
    /// The answer to `INFO`, without the names of its sections.
    private let fields: [String: String]
    /// Whether it writes snapshots. Counts as no when the server does not let `CONFIG` be read, as managed ones do not.
    package let savesSnapshots: Bool
    /// Seconds since 1970 on the server's clock; nil when it does not tell.
    package let time: Double?

    /// Reads the answer to `INFO`.
    package init(info: String, savesSnapshots: Bool = false, time: Double? = nil) {
        var fields: [String: String] = [:]
        for line in info.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        self.fields = fields
        self.savesSnapshots = savesSnapshots
        self.time = time
    }

    /// Asks the server.
    package static func of(_ redis: RedisClient) async throws(RedisError) -> RedisFacts {
        let info = try await redis.send(RedisCommand("INFO")).text ?? ""
        // These two may be forbidden; then they are answered with error values.
        let more = try await redis.send([RedisCommand("CONFIG", "GET", "save"), RedisCommand("TIME")])
        let time = more[1].elements?.compactMap(\.int) ?? []
        return RedisFacts(
            info: info, savesSnapshots: more[0].elements?.dropFirst().first?.text?.isEmpty == false,
            time: time.count == 2 ? Double(time[0]) + Double(time[1]) / 1_000_000 : nil)
    }

    /// One field of `INFO`, such as `role`.
    package subscript(_ field: String) -> String? { fields[field] }

    /// Its version; nil when it does not tell.
    package var version: ServerVersion? { fields["redis_version"].flatMap(ServerVersion.init) }
    /// What happens to keys when memory runs out: `maxmemory-policy`.
    package var evictionPolicy: String { fields["maxmemory_policy"] ?? "unknown" }
    /// Whether it keeps an append-only file.
    package var appends: Bool { fields["aof_enabled"] == "1" }
}
