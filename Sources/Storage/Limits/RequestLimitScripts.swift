import Redis

/// `SlidingWindow` in Redis, for all processes together: the same rules by the server's clock. A test holds the two
/// against each other, so that neither can change alone.
///
/// | key | type | holds |
/// |---|---|---|
/// | `cw:limit:<class>:<client>` | hash | `w` number of the stretch, `n` requests in it, `p` those of the one before |
enum RequestLimitScripts {
    /// Takes some. KEYS: the client's. ARGV: limit, ms of the window, how many are wanted, time in ms or empty for the
    /// server's clock.
    /// Returns [how many were given, how many are left, ms to wait, ms until the stretch ends].
    static let take = RedisScript(
        name: "request-limit",
        source: """
            local limit, length, wanted, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
            if not now then
                local clock = redis.call('TIME')
                now = clock[1] * 1000 + math.floor(clock[2] / 1000)
            end
            local v = redis.call('HMGET', KEYS[1], 'w', 'n', 'p')
            local number = math.floor(now / length)
            local stretch, count, before = tonumber(v[1] or number), tonumber(v[2] or 0), tonumber(v[3] or 0)
            if stretch < number then
                before = stretch == number - 1 and count or 0
                count, stretch = 0, number
            end
            local into = math.min(math.max(now - stretch * length, 0), length)
            local free = math.floor(limit - count - before * (length - into) / length)
            local granted = math.max(0, math.min(wanted, free))
            if granted > 0 then
                count = count + granted
                redis.call('HSET', KEYS[1], 'w', string.format('%.0f', stretch), 'n', string.format('%.0f', count),
                    'p', string.format('%.0f', before))
                redis.call('PEXPIRE', KEYS[1], 2 * length)
            end
            local wait = 0
            if free <= 0 then
                local function fading(many, others)
                    return math.ceil(length * (1 - math.max(0, (limit - 1 - others) / math.max(1, many))))
                end
                if count < limit then
                    wait = math.max(1, fading(before, count) - into)
                else
                    wait = math.max(1, length - into + fading(count, 0))
                end
            end
            return {granted, math.max(0, free - granted), wait, length - into}
            """)
}
