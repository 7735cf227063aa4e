import FoundationEssentials
package import Redis

/// What a Redis server says of itself.
package struct RedisSnapshot: Sendable, Equatable {
    /// Which node of a cluster, `host:port`; nil for the only server, or the master behind sentinels.
    package let server: String?
    /// The answer to `INFO`, without the names of its sections.
    private let fields: [String: String]
    /// What `CONFIG GET` answers; empty when the server does not let it be read, as managed ones do not.
    private let settings: [String: String]
    /// How many seconds its clock is ahead of this machine's; nil when it does not tell.
    package let clockAhead: Double?

    /// - Parameters:
    ///   - info: the answer to `INFO`.
    ///   - settings: answers to `CONFIG GET`, by name.
    package init(info: String, settings: [String: String] = [:], clockAhead: Double? = nil, server: String? = nil) {
        var fields: [String: String] = [:]
        for line in info.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        self.server = server
        self.fields = fields
        self.settings = settings
        self.clockAhead = clockAhead
    }

    /// Asks every server that jobs are written to: each master of a cluster, else the one there is.
    package static func ofEachMaster(_ redis: RedisClient) async throws(RedisError) -> [RedisSnapshot] {
        // All but the first may be forbidden; then they are answered with error values.
        let commands = [
            RedisCommand("INFO"), RedisCommand("CONFIG", "GET", "save"), RedisCommand("CONFIG", "GET", "appendfsync"),
            RedisCommand("TIME"),
        ]
        var facts: [RedisSnapshot] = []
        for replies in try await redis.sendToEachMaster(commands) {
            facts.append(try RedisSnapshot(replies: replies.values, server: replies.server))
        }
        return facts
    }

    private init(replies: [RedisValue], server: String?) throws(RedisError) {
        if case .error(let reply) = replies[0] { throw RedisError(reply: reply, command: "INFO") }
        var settings: [String: String] = [:]
        for reply in replies[1...2] {
            let pair = reply.elements?.compactMap(\.text) ?? []
            if pair.count == 2 { settings[pair[0]] = pair[1] }
        }
        let time = replies[3].elements?.compactMap(\.int) ?? []
        let clock = time.count == 2 ? Double(time[0]) + Double(time[1]) / 1_000_000 - Date().timeIntervalSince1970 : nil
        self.init(info: replies[0].text ?? "", settings: settings, clockAhead: clock, server: server)
    }

    /// One field of `INFO`, such as `role`.
    package subscript(_ field: String) -> String? { fields[field] }

    /// Its version; nil when it does not tell.
    package var version: ServerVersion? { fields["redis_version"].flatMap(ServerVersion.init) }
    /// What happens to keys when memory runs out: `maxmemory-policy`.
    package var evictionPolicy: String { fields["maxmemory_policy"] ?? "unknown" }
    /// Whether it keeps an append-only file.
    package var appends: Bool { fields["aof_enabled"] == "1" }
    /// When the append-only file is forced to disk: `always`, `everysec` or `no`; nil when it does not tell.
    package var appendFsync: String? { settings["appendfsync"] }
    /// Whether it writes snapshots. Counts as no when it does not tell.
    package var savesSnapshots: Bool { settings["save"]?.isEmpty == false }
    /// Whether the server shows that setting.
    var showsSnapshots: Bool { settings["save"] != nil }
}
