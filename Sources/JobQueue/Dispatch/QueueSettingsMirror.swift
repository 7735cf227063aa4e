import Redis

/// Brings the copies of the queues' settings in Redis up to what PostgreSQL says.
struct QueueSettingsMirror: Sendable {
    let redis: RedisClient

    /// Reads the copies in one round trip and writes those that differ: nothing, as a rule, and all of them after Redis
    /// was emptied.
    func write(_ settings: [QueueKeys: StoredQueueSettings]) async throws(RedisError) {
        let all = settings.sorted { $0.key.base < $1.key.base }
        guard !all.isEmpty else { return }
        let copies = try await redis.send(all.map { RedisCommand("HGETALL", .init($0.key.settings)) })
        for ((keys, stored), copy) in zip(all, copies) where Self.fields(in: copy) != stored.fields {
            try await write(stored, keys)
        }
    }

    private func write(_ stored: StoredQueueSettings, _ keys: QueueKeys) async throws(RedisError) {
        _ = try await redis.evaluate(
            Self.script, keys: [keys.settings],
            arguments: [.init(stored.version)]
                + stored.fields.sorted { $0.key < $1.key }.flatMap { [.init($0.key), .init($0.value)] })
    }

    private static func fields(in reply: RedisValue) -> [String: String] {
        let parts = reply.elements?.compactMap(\.text) ?? []
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) where parts[index] != "written" {
            fields[parts[index]] = parts[index + 1]
        }
        return fields
    }

    /// KEYS: settings. ARGV: version, then names and values of the fields.
    ///
    /// A process that read PostgreSQL before a change and comes after it must not undo it, so within five seconds of
    /// Redis' time an older version is refused. After that PostgreSQL is right, also when a fail-over has set it back.
    private static let script = RedisScript(
        name: "settings",
        source: """
            local copy = redis.call('HMGET', KEYS[1], 'version', 'written')
            local now = tonumber(redis.call('TIME')[1])
            if copy[1] and tonumber(copy[1]) > tonumber(ARGV[1]) and now - tonumber(copy[2] or 0) < 5 then return 0 end
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'written', now, unpack(ARGV, 2))
            return 1
            """)
}

extension StoredQueueSettings {
    /// The fields of the hash in Redis. What is not set has no field.
    var fields: [String: String] {
        var fields = ["version": String(version)]
        if settings.isPaused { fields["paused"] = "1" }
        if let concurrency = settings.concurrency { fields["concurrency"] = String(concurrency) }
        if let limit = settings.rateLimit {
            fields["rate"] = String(limit.perSecond)
            fields["burst"] = String(limit.burst)
        }
        return fields
    }
}
