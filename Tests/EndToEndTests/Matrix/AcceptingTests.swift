import CrashPoints
import Foundation
import OutboundHTTP
import Postgres
import Redis
import TestSupport
import Testing

@Suite("Rows 1 to 4: an order is accepted wholly or not at all", .serialized)
struct AcceptingTests {
    /// Sends an order to an API that dies of it.
    private func placeInVain(_ shop: Shop, _ product: Shop.Product, key: String) async {
        await #expect(throws: OutboundError.self) { try await shop.order(product, key: key, wait: nil) }
    }

    /// Nothing of an order is there, not even its key.
    private func expectNothing(_ shop: Shop) async throws {
        let row = try await shop.database.pool.query(
            """
            SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM idempotency_keys) +
                   (SELECT count(*) FROM carts)
                 + (SELECT count(*) FROM jobs WHERE name = 'order.checkout') AS rows
            """)[0]
        #expect(try row["rows"] == 0)
    }

    @Test("row 1: the request was read")
    func requestRead() async throws {
        try await Shop.open { shop in
            let sandbox = try await shop.startSandbox()
            let dying = try await shop.startAPI(settings: Shop.dying(at: .orderRead))
            let product = try await shop.products()[0]
            let key = UUID().uuidString
            await placeInVain(shop, product, key: key)
            try await shop.waitForDeath(of: dying)
            try await expectNothing(shop)

            let processes = (sandbox, try await shop.startAPI(), try await shop.startWorker())
            let order = try await shop.order(product, key: key)
            #expect(order.status == 201, "\(order.text)")
            #expect(order.headers["Idempotent-Replayed"] == nil)
            #expect(try await shop.order(product, key: key).body?.id == order.body?.id)
            try await shop.settleUp()
            withExtendedLifetime(processes) {}
        }
    }

    @Test("row 1: in the middle of the transaction")
    func insideTheTransaction() async throws {
        try await Shop.open { shop in
            let sandbox = try await shop.startSandbox()
            let (proxy, settings) = try shop.databaseProxy()
            let dying = try await shop.startAPI(settings: settings)
            let product = try await shop.products()[0]
            let key = UUID().uuidString
            proxy.hold(at: "INSERT INTO orders", .fromClient, delivered: true)
            async let lost: Void = placeInVain(shop, product, key: key)
            try await eventually(within: .seconds(20), "the transaction is held in its middle") { proxy.isHolding }
            try await eventually("PostgreSQL has the order's key in an open transaction") {
                try await shop.database.pool.query(
                    """
                    SELECT 1 FROM pg_stat_activity
                     WHERE datname = current_database() AND state LIKE 'idle in transaction%'
                         AND backend_xid IS NOT NULL
                    """
                ).count == 1
            }
            dying.kill()
            try await dying.waitForExit()
            await lost
            try await expectNothing(shop)
            // The server learns of the death, which the relay has kept from it.
            proxy.cut()

            let processes = (sandbox, try await shop.startAPI(), try await shop.startWorker())
            let order = try await eventually("the key is free") {
                let answer = try await shop.order(product, key: key)
                return answer.status == 409 ? nil : answer
            }
            #expect(order.status == 201, "\(order.text)")
            #expect(try await shop.onlyOrder() == order.body?.id)
            try await shop.settleUp()
            withExtendedLifetime(processes) {}
        }
    }

    @Test("row 2: committed, the answer lost")
    func committed() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startWorker())
            let dying = try await shop.startAPI(settings: Shop.dying(at: .orderCommitted))
            let product = try await shop.products()[0]
            let key = UUID().uuidString
            await placeInVain(shop, product, key: key)
            try await shop.waitForDeath(of: dying)
            let id = try #require(try await shop.onlyOrder())
            try await shop.expect(
                OrderState(
                    order: "pending", payment: "created", hasIntent: false, stock: "none", job: "ready", attempts: 0),
                of: id)
            #expect(try await shop.waiting(in: "checkout") == 0)

            // The job runs although nobody has pushed it.
            try await shop.hurryPush()
            try await shop.wait(for: "confirmed", of: id)
            let api = try await shop.startAPI()
            let replay = try await shop.order(product, key: key)
            #expect(replay.status == 201 && replay.body?.id == id, "\(replay.text)")
            #expect(replay.headers["Idempotent-Replayed"] == "true")
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
            withExtendedLifetime((processes, api)) {}
        }
    }

    @Test("row 3: pushed, and once more")
    func pushed() async throws {
        try await Shop.open { shop in
            let sandbox = try await shop.startSandbox()
            let dying = try await shop.startAPI(settings: Shop.dying(at: .orderPushed))
            let product = try await shop.products()[0]
            let key = UUID().uuidString
            await placeInVain(shop, product, key: key)
            try await shop.waitForDeath(of: dying)
            let id = try #require(try await shop.onlyOrder())
            #expect(try await shop.waiting(in: "checkout") == 1)
            try await shop.multiplyWaiting(in: "checkout", by: 4)

            let processes = (sandbox, try await shop.startAPI(), try await shop.startWorker())
            try await shop.wait(for: "confirmed", of: id)
            #expect(try await shop.order(product, key: key).body?.id == id)
            try await shop.settleUp()
            try await eventually("the copies are gone") { try await shop.waiting(in: "checkout") == 0 }
            #expect(try await shop.charges(of: id).count == 1)
            let state = try await shop.state(of: id)
            #expect(state.job == "done" && state.attempts == 1 && state.crashes == 0, "\(state)")
            withExtendedLifetime(processes) {}
        }
    }

    @Test("row 4: Redis emptied")
    func redisEmptied() async throws {
        try await Shop.open { shop in
            let before = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            let id = try #require(try await shop.order(product, wait: nil).body?.id)
            try await shop.withRedis { redis in _ = try await redis.send(RedisCommand("FLUSHALL")) }
            #expect(try await shop.waiting(in: "checkout") == 0)
            try await shop.expect(
                OrderState(
                    order: "pending", payment: "created", hasIntent: false, stock: "none", job: "ready", attempts: 0),
                of: id)

            let emptied = ContinuousClock.now
            let worker = try await shop.startWorker()
            try await shop.wait(for: "confirmed", of: id)
            #expect(ContinuousClock.now - emptied < .seconds(30))
            try await shop.settleUp()
            withExtendedLifetime((before, worker)) {}
        }
    }
}
