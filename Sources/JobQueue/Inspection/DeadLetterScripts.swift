import Redis

/// What operators do with dead jobs that are in Redis alone, many in one step.
///
/// As in ``QueueScripts``, each begins with a write that needs no memory.
enum DeadLetterScripts {
    /// Brings dead jobs back, but for those whose unique key another job holds by now.
    /// KEYS: dead, bodies, ready, unique. ARGV: id, envelope and unique key or '' of each. Returns [how many came back,
    /// a holder's id or ''].
    static let revive = RedisScript(
        name: "reviveDead",
        source: """
            local count, holder = 0, ''
            for i = 1, #ARGV, 3 do
                local id, key = ARGV[i], ARGV[i + 2]
                local other = key ~= '' and redis.call('HGET', KEYS[4], key)
                if other and other ~= id then
                    holder = other
                elseif redis.call('ZREM', KEYS[1], id) == 1 then
                    redis.call('HDEL', KEYS[2], id)
                    if key ~= '' then redis.call('HSET', KEYS[4], key, id) end
                    redis.call('LPUSH', KEYS[3], ARGV[i + 1])
                    count = count + 1
                end
            end
            return {count, holder}
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
