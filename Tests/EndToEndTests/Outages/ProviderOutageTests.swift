import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

/// The short form of this is one minute for two ways of being away; `Scripts/test-outage` lets each last ten minutes.
@Suite("A provider that is away delays orders, loses none and charges none twice")
struct ProviderOutageTests {
    @Test("orders wait until the provider is back", arguments: ProviderOutage.toTry)
    func isWaitedFor(_ outage: ProviderOutage) async throws {
        // Nothing expires: who waits for ten minutes is still served.
        try await Shop.open(settings: ["RESERVATION_SECONDS": "3600", "DATABASE_POOL_SIZE": "8"]) { shop in
            let sandbox = try await shop.startSandbox()
            let api = try await shop.startAPI()
            let metrics = try Metrics(shop)
            let worker = try await shop.startWorker(settings: metrics.settings)
            let product = try await shop.products()[0]
            try await shop.setStock(of: product, to: 1_000_000)
            #expect(try await shop.order(product).status == 201)

            try await shop.misbehave(outage.faults)
            let callsBefore = try await metrics.sum("provider_calls_total", #"provider="payments""#)
            let seen = try await OutageLoad.run(shop, product, metrics)
            let calls = try await metrics.sum("provider_calls_total", #"provider="payments""#) - callsBefore
            try await shop.behave()
            let began = ContinuousClock.now
            try await shop.waitUntilSettled(within: .seconds(120))
            let drained = ContinuousClock.now - began

            #expect(seen.refused == [])
            #expect(seen.openAfter != nil)
            #expect(seen.reasons.contains("provider_unavailable"), "\(seen.reasons)")
            let (attempts, crashes, dead) = try await jobs(shop)
            #expect(attempts <= 6)
            #expect(crashes == 0)
            #expect(dead == 0)
            let unconfirmed = try await unconfirmed(seen.accepted, shop)
            #expect(unconfirmed == [])
            #expect(try await metrics.sum("provider_circuit_open", #"provider="payments""#) < 1)
            try await shop.checkEverythingAddsUp()
            try outage.report(
                "\(ProviderOutage.length.components.seconds) s", "\(seen.accepted.count)", "\(unconfirmed.count)",
                "\(Int(calls))",
                Self.text(seen.openAfter), "\(attempts)", Self.text(drained))
            withExtendedLifetime((sandbox, api, worker)) {}
        }
    }

    private static func text(_ time: Duration?) -> String {
        guard let time else { return "never" }
        return "\((time / .seconds(1)).formatted(.number.precision(.fractionLength(1)))) s"
    }

    /// The most attempts and crashes of any checkout, and how many jobs are dead.
    private func jobs(_ shop: Shop) async throws -> (attempts: Int, crashes: Int, dead: Int) {
        let row = try await shop.database.pool.query(
            """
            SELECT coalesce(max(attempts) FILTER (WHERE name = 'order.checkout'), 0) AS attempts,
                   coalesce(max(crashes), 0) AS crashes,
                   count(*) FILTER (WHERE state IN ('dead', 'parked')) AS dead
              FROM jobs
            """)[0]
        return (try row["attempts"], try row["crashes"], try row["dead"])
    }

    /// Orders that were accepted and are not confirmed, with what they are instead.
    private func unconfirmed(_ ids: [String], _ shop: Shop) async throws -> [String] {
        let rows = try await shop.database.pool.query("SELECT id::text AS id, status FROM orders")
        let states = Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0["id"] as String, try $0["status"] as String) })
        return ids.filter { states[$0] != "confirmed" }.map { "\($0) \(states[$0] ?? "lost")" }
    }
}
