package import Domain
import FoundationEssentials
import JSON
package import Redis

/// Products in Redis, never refilled with data older than the latest committed change.
///
/// Each product has a generation that every invalidation replaces. A reader that misses gets the generation first,
/// reads the database, and may fill only while the generation is the same. So a slow reader cannot put back what an
/// invalidation has just thrown out. Generations are taken from the server's clock and a random number and never
/// repeat, so an emptied Redis does not bring an old one back. Redis being away means misses, never errors.
package struct ProductCache: Sendable {
    /// What a look-up found.
    package enum Lookup: Hashable, Sendable {
        /// The cached view.
        case hit(ProductView)
        /// Nothing; fill with this ticket after reading the database.
        case miss(Ticket)
    }

    /// Permission to fill one entry, as of the moment of the look-up.
    package struct Ticket: Hashable, Sendable {
        let generation: String?
    }

    private let redis: RedisClient
    private let prefix: String
    private let timeToLive: Duration

    /// A cache behind this connection.
    package init(redis: RedisClient, prefix: String = "cw", timeToLive: Duration = .seconds(300)) {
        self.redis = redis
        self.prefix = prefix
        self.timeToLive = timeToLive
    }

    /// Looks a product up in a currency.
    package func get(_ id: Product.ID, in currency: Currency) async -> Lookup {
        guard redis.isConnected(for: key(id)) else { return .miss(Ticket(generation: nil)) }
        let reply = try? await redis.evaluate(
            ProductCacheScripts.get, keys: [key(id)],
            arguments: [RedisArgument(currency.code), RedisArgument(lifetime), RedisArgument(Self.nonce())])
        guard let parts = reply?.elements, parts.count == 2 else { return .miss(Ticket(generation: nil)) }
        if let bytes = parts[1].bytes, let view = try? JSONCoder.decode(ProductView.self, from: bytes) {
            return .hit(view)
        }
        return .miss(Ticket(generation: parts[0].text))
    }

    /// Stores what was read from the database after the look-up. Dropped in silence when the product changed since.
    package func fill(_ view: ProductView, in currency: Currency, with ticket: Ticket) async {
        guard let generation = ticket.generation, let body = try? JSONCoder.encode(view) else { return }
        _ = try? await redis.evaluate(
            ProductCacheScripts.fill, keys: [key(view.product.id)],
            arguments: [RedisArgument(currency.code), RedisArgument(generation), RedisArgument(body)])
    }

    /// Throws out all currencies of products that changed. Throws `RedisError`, so that the job that does it is
    /// retried.
    package func invalidate(_ ids: [Product.ID]) async throws {
        for id in ids {
            _ = try await redis.evaluate(
                ProductCacheScripts.invalidate, keys: [key(id)],
                arguments: [RedisArgument(lifetime), RedisArgument(Self.nonce())])
        }
    }

    /// Throws out products of which another number of pieces is left than was, all at once. Where Redis is away they
    /// are shown as they were until their time is over: whether they can be bought has not changed, so no job makes up
    /// for it.
    package func drop(_ ids: [Product.ID]) async {
        let ids = ids.filter { redis.isConnected(for: key($0)) }
        await withDiscardingTaskGroup { group in
            for id in ids { group.addTask { try? await invalidate([id]) } }
        }
    }

    /// One hash per product: its generation, and a body for each currency.
    private func key(_ id: Product.ID) -> String { "\(prefix):product:\(id)" }

    private var lifetime: Int64 { max(1, timeToLive.components.seconds) }

    private static func nonce() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}

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
