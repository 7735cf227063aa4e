public import Domain
public import Redis

/// Products in Redis, never refilled with data older than the latest committed change.
///
/// Each product has a generation that every invalidation changes. A reader that misses gets the generation first, reads the database, and may fill only while
/// the generation is the same. So a slow reader cannot put back what an invalidation has just thrown out. Redis being away means misses, never errors.
public struct ProductCache: Sendable {
    /// What a look-up found.
    public enum Lookup: Hashable, Sendable {
        /// The cached view.
        case hit(ProductView)
        /// Nothing; fill with this ticket after reading the database.
        case miss(Ticket)
    }

    /// Permission to fill one entry, as of the moment of the look-up.
    public struct Ticket: Hashable, Sendable {
        let generation: String?
    }

    /// A cache behind this connection.
    public init(redis: RedisClient, prefix: String = "cw", timeToLive: Duration = .seconds(300)) {}
    /// Looks a product up in a currency.
    public func get(_ id: Product.ID, in currency: Currency) async -> Lookup { .miss(Ticket(generation: nil)) }
    /// Stores what was read from the database after the look-up. Dropped in silence when the product changed since.
    public func fill(_ view: ProductView, in currency: Currency, with ticket: Ticket) async {}
    /// Throws out all currencies of products that changed. Throws `RedisError`, so that the job that does it is retried.
    public func invalidate(_ ids: [Product.ID]) async throws { throw StorageError.notFound("implementation yet") }
}
