import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@Suite("Whatever is killed or emptied: nothing is lost, nothing happens twice", .serialized)
struct CrashTests {
    /// A hundred checkouts at once, in the middle of which something happens.
    private func aHundredCheckouts(
        _ shop: Shop, worker: ManagedProcess, meanwhile: (_ worker: ManagedProcess) async throws -> ManagedProcess
    ) async throws {
        let products = try await shop.products(limit: 5)
        try await shop.setStock(of: products[4], to: 5)
        try await shop.misbehave(#"{"latency_ms": 40}"#)
        var accepted: [String] = []
        var alive = worker
        try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let method = number % 10 == 7 ? "pm_card_visa_chargeDeclined" : "pm_card_visa"
                    return try await shop.order(
                        products[number % 5], method: method, wait: nil, email: "buyer\(number)@example.com"
                    ).body?
                    .id
                }
            }
            let first = try await shop.database.pool.query("SELECT 1")
            #expect(first.count == 1)
            try await eventually(within: .seconds(30), "some orders are under way") {
                let row = try await shop.database.pool.query(
                    "SELECT count(*) FILTER (WHERE status = 'confirmed') AS done, count(*) AS all FROM orders")[0]
                let (done, all): (Int, Int) = (try row["done"], try row["all"])
                return done >= 1 && done < all
            }
            alive = try await meanwhile(worker)
            for try await id in group { accepted.append(try #require(id)) }
        }
        #expect(Set(accepted).count == 100)
        try await shop.waitUntilSettled(within: .seconds(90))
        var counts: [String: Int] = [:]
        for id in accepted { counts[try #require(try await shop.orderStatus(id)), default: 0] += 1 }
        #expect(counts.values.reduce(0, +) == 100)
        // Ten in a hundred are declined (two of each product's twenty); of the fifth product there were five for
        // twenty.
        #expect(Set(counts.keys).isSubset(of: ["confirmed", "rejected", "payment_failed"]), "\(counts)")
        #expect((counts["confirmed"] ?? 0) >= 70, "\(counts)")
        try await shop.behave()
        try await shop.checkEverythingAddsUp()
        alive.terminate()
        #expect(try await alive.waitForExit(within: .seconds(30)) == .code(0))
    }

    @Test("a killed worker loses nothing", arguments: [0, 30, 120, 250])
    func aKilledWorker(milliseconds: Int) async throws {
        try await Shop.open { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            try await aHundredCheckouts(shop, worker: worker) { worker in
                try await letTimePass(.milliseconds(milliseconds), because: "each run kills the worker at another step")
                worker.kill()
                #expect(try await worker.waitForExit() == .signal(9))
                return try await shop.startWorker()
            }
            withExtendedLifetime((sandbox, api)) {}
        }
    }

    @Test("another worker takes over within ten seconds")
    func anotherWorkerTakesOverWithinTenSeconds() async throws {
        try await Shop.open { shop in
            let (sandbox, api, first) = try await shop.startAll()
            try await shop.misbehave(#"{"latency_ms": 4000}"#)
            let product = try await shop.products()[0]
            for _ in 0..<5 { _ = try await shop.order(product, wait: nil) }
            try await eventually(within: .seconds(20), "five checkouts run") {
                try await shop.database.pool.query(
                    "SELECT 1 FROM jobs WHERE name = 'order.checkout' AND state = 'running'"
                ).count == 5
            }
            let second = try await shop.startWorker()
            first.kill()
            try await first.waitForExit()
            let killed: Date = try await shop.database.pool.query("SELECT clock_timestamp() AS now")[0]["now"]
            let restarts: [Date] = try await eventually(within: .seconds(30), "all five have started again") {
                let rows = try await shop.database.pool.query(
                    "SELECT started_at FROM jobs WHERE name = 'order.checkout' AND crashes = 1 ORDER BY started_at")
                return rows.count == 5 ? try rows.map { try $0["started_at"] } : nil
            }
            let delays = restarts.map { $0.timeIntervalSince(killed) }
            #expect(delays.allSatisfy { $0 <= 10 }, "\(delays)")
            // The last renewal was at most two seconds and a bit old, and the lease lasts eight.
            #expect(delays.allSatisfy { $0 >= 5 }, "\(delays)")
            try await shop.behave()
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, api, second)) {}
        }
    }

    @Test("an emptied Redis loses nothing")
    func anEmptiedRedis() async throws {
        try await Shop.open { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            try await aHundredCheckouts(shop, worker: worker) { worker in
                let redis = RedisClient(try RedisConfiguration(url: shop.redisServer.url), logger: shop.database.logger)
                _ = try await redis.send(RedisCommand("FLUSHALL"))
                await redis.close()
                return worker
            }
            withExtendedLifetime((sandbox, api)) {}
        }
    }

    @Test("a killed API and a killed Redis lose nothing")
    func aKilledAPIAndAKilledRedis() async throws {
        try await Shop.open { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let product = try await shop.products()[0]
            let key = UUID().uuidString
            let accepted = try await shop.order(product, key: key, wait: nil)
            #expect(accepted.status == 202)
            api.kill()
            try await api.waitForExit()
            try await shop.redisServer.kill()
            try await shop.redisServer.restart()
            let again = try await shop.startAPI()
            // The client that never saw its answer asks again with the same key and learns of its order.
            let replay = try await shop.order(product, key: key, wait: 20)
            #expect(replay.body?.id == accepted.body?.id)
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, again, worker)) {}
        }
    }
}
