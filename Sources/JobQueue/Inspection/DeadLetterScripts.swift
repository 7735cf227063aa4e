import Redis

/// What operators do with dead jobs that are in Redis alone, many in one step.
///
/// As in ``QueueScripts``, each begins with a write that needs no memory.
enum DeadLetterScripts {
    /// Brings dead jobs back. KEYS: dead, bodies, ready. ARGV: id and envelope of each. Returns how many were there.
    static let revive = RedisScript(
        name: "reviveDead",
        source: """
            local count = 0
            for i = 1, #ARGV, 2 do
                if redis.call('ZREM', KEYS[1], ARGV[i]) == 1 then
                    redis.call('HDEL', KEYS[2], ARGV[i])
                    redis.call('LPUSH', KEYS[3], ARGV[i + 1])
                    count = count + 1
                end
            end
            return count
            """)

    /// Gives dead jobs up. KEYS: dead, bodies. ARGV: ids. Returns how many were there.
    static let discard = RedisScript(
        name: "discardDead",
        source: """
            local count = 0
            for i = 1, #ARGV do
                count = count + redis.call('ZREM', KEYS[1], ARGV[i])
                redis.call('HDEL', KEYS[2], ARGV[i])
            end
            return count
            """)
}
