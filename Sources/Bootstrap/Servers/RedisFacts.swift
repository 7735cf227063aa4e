package import Redis

/// What a Redis server says of itself.
package struct RedisFacts: Sendable, Equatable {
    /// Which node of a cluster, `host:port`; nil for the only server, or the master behind sentinels.
    package let server: String?
    /// The answer to `INFO`, without the names of its sections.
    private let fields: [String: String]
    /// Whether it writes snapshots. Counts as no when the server does not let `CONFIG` be read, as managed ones do not.
    package let savesSnapshots: Bool
    /// Seconds since 1970 on the server's clock; nil when it does not tell.
    package let time: Double?

    /// Reads the answer to `INFO`.
    package init(info: String, savesSnapshots: Bool = false, time: Double? = nil, server: String? = nil) {
        self.server = server
        var fields: [String: String] = [:]
        for line in info.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        self.fields = fields
        self.savesSnapshots = savesSnapshots
        self.time = time
    }

    /// Asks every server that jobs are written to: each master of a cluster, else the one there is.
    package static func ofEachMaster(_ redis: RedisClient) async throws(RedisError) -> [RedisFacts] {
        var facts: [RedisFacts] = []
        // The last two may be forbidden; then they are answered with error values.
        for replies in try await redis.sendToEachMaster([RedisCommand("INFO"), RedisCommand("CONFIG", "GET", "save"), RedisCommand("TIME")])
        {
            if case .error(let reply) = replies.values[0] { throw RedisError(reply: reply, command: "INFO") }
            let time = replies.values[2].elements?.compactMap(\.int) ?? []
            facts.append(
                RedisFacts(
                    info: replies.values[0].text ?? "",
                    savesSnapshots: replies.values[1].elements?.dropFirst().first?.text?.isEmpty == false,
                    time: time.count == 2 ? Double(time[0]) + Double(time[1]) / 1_000_000 : nil, server: replies.server))
        }
        return facts
    }

    /// One field of `INFO`, such as `role`.
    package subscript(_ field: String) -> String? { fields[field] }

    /// What to call it in messages.
    var name: String { server.map { "Redis at \($0)" } ?? "Redis" }
    /// Its version; nil when it does not tell.
    package var version: ServerVersion? { fields["redis_version"].flatMap(ServerVersion.init) }
    /// What happens to keys when memory runs out: `maxmemory-policy`.
    package var evictionPolicy: String { fields["maxmemory_policy"] ?? "unknown" }
    /// Whether it keeps an append-only file.
    package var appends: Bool { fields["aof_enabled"] == "1" }
}
