import Domain
import FoundationEssentials
import JobQueue
import Logging
import Postgres
import Redis
import Storage
import TestSupport
import Testing

@Suite("A cached read is never older than the latest committed change")
struct CacheTests {
    private static let logger = Logger(label: "cache", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func view(price: Int64) throws -> ProductView {
        let product = Product(
            sku: try SKU("PEN"), name: "Pen", description: "", category: nil, basePrice: Money(price, .usd))
        return ProductView(product: product, price: Money(price, .usd), available: 3)
    }

    private static func with(_ body: (ProductCache, RedisClient) async throws -> Void) async throws {
        let redis = RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: logger)
        try await eventually("Redis is connected") { redis.isConnected }
        do {
            try await body(ProductCache(redis: redis, prefix: "test-\(Order.ID())", timeToLive: .seconds(30)), redis)
        } catch {
            await redis.close()
            throw error
        }
        await redis.close()
    }

    private static func ticket(_ lookup: ProductCache.Lookup) throws -> ProductCache.Ticket {
        guard case .miss(let ticket) = lookup else { throw Unexpected(what: "a hit") }
        return ticket
    }

    @Test("what was filled is found, in its currency only")
    func roundTrip() async throws {
        try await Self.with { cache, _ in
            let view = try Self.view(price: 1999)
            let id = view.product.id
            await cache.fill(view, in: .usd, with: try Self.ticket(await cache.get(id, in: .usd)))
            #expect(await cache.get(id, in: .usd) == .hit(view))
            _ = try Self.ticket(await cache.get(id, in: .eur))
            try await cache.invalidate([id])
            _ = try Self.ticket(await cache.get(id, in: .usd))
        }
    }

    @Test("a slow reader cannot put back what was thrown out while it read")
    func slowReader() async throws {
        try await Self.with { cache, _ in
            let old = try Self.view(price: 1999)
            let id = old.product.id
            let slow = try Self.ticket(await cache.get(id, in: .usd))
            try await cache.invalidate([id])
            await cache.fill(old, in: .usd, with: slow)
            let fresh = try Self.ticket(await cache.get(id, in: .usd))
            await cache.fill(old, in: .usd, with: fresh)
            #expect(await cache.get(id, in: .usd) == .hit(old))
        }
    }

    @Test("an emptied Redis does not make an old ticket good again")
    func emptied() async throws {
        try await Self.with { cache, redis in
            let old = try Self.view(price: 1999)
            let id = old.product.id
            let slow = try Self.ticket(await cache.get(id, in: .usd))
            let keys = try await redis.send(RedisCommand("KEYS", RedisArgument("*:product:\(id)"))).elements ?? []
            #expect(keys.count == 1)
            for key in keys { _ = try await redis.send(RedisCommand("DEL", RedisArgument(try #require(key.bytes)))) }
            _ = try Self.ticket(await cache.get(id, in: .usd))
            await cache.fill(old, in: .usd, with: slow)
            _ = try Self.ticket(await cache.get(id, in: .usd))
        }
    }

    @Test("a product of which pieces are promised is read anew; a job does it only when none is left")
    func promised() async throws {
        try await Shop.with { shop in
            let redis = RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: Self.logger)
            try await eventually("Redis is connected") { redis.isConnected }
            let prefix = "test-\(Order.ID())"
            let stores = ShopStores(
                database: shop.database, redis: redis,
                dispatcher: JobDispatcher(redis: redis, prefix: prefix, logger: Self.logger), prefix: prefix)
            let cache = stores.products
            let invalidations: SQL = "SELECT count(*) FROM jobs WHERE name = 'product_cache.invalidate'"
            let pen = try await shop.product("PEN", stock: 3)
            for (quantity, jobs) in [(2, 0), (1, 1)] {
                let view = try #require(try await shop.catalog.product(pen.id))
                await cache.fill(view, in: .usd, with: try Self.ticket(await cache.get(pen.id, in: .usd)))
                #expect(await cache.get(pen.id, in: .usd) == .hit(view))
                let order = try await shop.place(shop.express(pen, quantity))
                _ = await stores.reservations.reserve([ReservationRequest(orderID: order.id)])
                #expect(try await shop.count(invalidations) == jobs)
                if jobs == 0 { _ = try Self.ticket(await cache.get(pen.id, in: .usd)) }
            }
            await redis.close()
        }
    }

    @Test("without Redis every look-up misses and nothing throws but the invalidation")
    func away() async throws {
        let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: Self.logger)
        let cache = ProductCache(redis: redis)
        let view = try Self.view(price: 1)
        let ticket = try Self.ticket(await cache.get(view.product.id, in: .usd))
        await cache.fill(view, in: .usd, with: ticket)
        await #expect(throws: RedisError.self) { try await cache.invalidate([view.product.id]) }
        await redis.close()
    }

    @Test("whoever waits for an order is told, and only of that order")
    func outcomes() async throws {
        let redis = RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: Self.logger)
        let subscriber = RedisSubscriber(try RedisConfiguration(url: TestEnvironment.redisURL), logger: Self.logger)
        let bus = OrderNotifier(redis: redis, subscriber: subscriber, prefix: "test-\(Order.ID())")
        let mine = Order.ID()
        let other = Order.ID()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await bus.run() }
            group.addTask {
                async let told = bus.wait(for: mine, atMost: .seconds(10))
                async let untold = bus.wait(for: other, atMost: .milliseconds(300))
                #expect(await !untold)
                #expect(await told)
            }
            // Repeated, because what is published before the subscription stands is lost.
            group.addTask {
                try await eventually("published often enough") {
                    await bus.publish([mine])
                    return Task.isCancelled
                }
            }
            _ = try await group.next()
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
        await subscriber.close()
        await redis.close()
    }
}
