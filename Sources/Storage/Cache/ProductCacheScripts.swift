import Redis

/// The three moves of the cache, each in one piece. A product is one hash: field `generation`, and one field per
/// currency.
///
/// The hash lives for the time to live after its last invalidation or first miss. A generation that died with it cannot
/// be filled any more.
enum ProductCacheScripts {
    /// KEYS: hash. ARGV: currency, seconds to live, nonce. Answers the generation and the body or nil.
    static let get = RedisScript(
        name: "product-cache-get",
        source: """
            local generation = redis.call('HGET', KEYS[1], 'generation')
            if generation then
                return {generation, redis.call('HGET', KEYS[1], ARGV[1])}
            end
            local time = redis.call('TIME')
            generation = time[1] .. '.' .. time[2] .. '.' .. ARGV[3]
            redis.call('HSET', KEYS[1], 'generation', generation)
            redis.call('EXPIRE', KEYS[1], ARGV[2])
            return {generation, false}
            """)

    /// KEYS: hash. ARGV: currency, generation, body. Answers whether it was stored.
    static let fill = RedisScript(
        name: "product-cache-fill",
        source: """
            if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[2] then
                return 0
            end
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
            return 1
            """)

    /// KEYS: hash. ARGV: seconds to live, nonce.
    static let invalidate = RedisScript(
        name: "product-cache-invalidate",
        source: """
            local time = redis.call('TIME')
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'generation', time[1] .. '.' .. time[2] .. '.' .. ARGV[2])
            redis.call('EXPIRE', KEYS[1], ARGV[1])
            return 1
            """)
}
