import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("All workers together call the provider no more often than it allows")
struct SharedLimitTests {
    private struct Report: Decodable {
        let struck: [String: Int]
    }

    /// How many calls the sandbox has turned away for coming too fast.
    private func turnedAway(_ shop: Shop) async throws -> Int {
        let answer = try await shop.http.send(OutboundRequest(url: shop.sandbox + "/_sandbox/faults"))
        return try JSONDecoder().decode(Report.self, from: Data(answer.body)).struck["rate_limit"] ?? 0
    }

    /// Accepts orders as fast as it goes and waits until all are confirmed. Returns how long that took.
    private func buy(_ count: Int, _ shop: Shop) async throws -> Duration {
        let product = try await shop.products()[0]
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let status = try await shop.order(product, wait: nil).status
                    #expect(status == 202)
                }
            }
            try await group.waitForAll()
        }
        try await shop.waitUntilSettled(within: .seconds(60))
        let confirmed: Int = try await shop.database.pool.query(
            "SELECT count(*) AS n FROM orders WHERE status = 'confirmed'")[0]["n"]
        #expect(confirmed == count)
        return ContinuousClock.now - began
    }

    @Test("two workers keep the limit that the provider sets")
    func twoWorkersKeepTheLimit()
        async throws
    {
        let settings = [
            "PAYMENTS_RATE": "20", "PAYMENTS_BURST": "4", "SANDBOX_RATE_LIMIT": "20",
            "WORKER_QUEUES": "checkout=32,email=8,cache=2",
        ]
        try await Shop.open(settings: settings) { shop in
            let processes = try await shop.startAll()
            let other = try await shop.startWorker()
            // Each endpoint takes 4 at once and 20 a second.
            let time = try await buy(60, shop)
            #expect(time >= .milliseconds(2_700))
            #expect(try await turnedAway(shop) == 0)
            #expect(try await attempts(shop) == 1)
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((processes, other)) {}
        }
    }

    @Test("a limit that is set too high is found out")
    func aLimitThatIsSetTooHighIsFoundOut() async throws {
        try await Shop.running(settings: ["PAYMENTS_RATE": "1000", "SANDBOX_RATE_LIMIT": "5"]) { shop in
            _ = try await buy(30, shop)
            // The provider turned some away; each order was paid all the same, and no attempt was used up by it.
            #expect(try await turnedAway(shop) > 0)
            #expect(try await attempts(shop) == 1)
            try await shop.checkEverythingAddsUp()
        }
    }

    /// The most attempts that any checkout took.
    private func attempts(_ shop: Shop) async throws -> Int {
        try await shop.database.pool.query(
            "SELECT max(attempts)::integer AS n FROM jobs WHERE name = 'order.checkout'")[0]["n"]
    }
}
