import Domain
import Logging
import Observability
import Storage
import TestSupport
import Testing

@testable import Worker

@Suite("Open breaks stand in the metrics")
struct ReconciliationGaugeTests {
    @Test("as many as there are of each kind, and zero once they are gone")
    func counts() async throws {
        try await Shop.with { shop in
            let store = ReconciliationStore(database: shop.database.pool)
            let registry = PrometheusRegistry()
            let gauge = ReconciliationGauge(
                store: store, interval: .seconds(60), logger: shop.logger, metrics: registry)
            func shown(_ count: Int) async -> Bool {
                await registry.exposition().contains("payments_reconciliation_breaks{kind=\"foreign\"} \(count)\n")
            }
            let found = try await store.note(
                ReconciliationFinding(
                    .foreign, .intent, "pi_1", orderID: nil, amount: nil, reason: "?", resolution: .askOperator))
            try await gauge.measure()
            #expect(await shown(1))
            try await store.markClosed(found.id)
            try await gauge.measure()
            #expect(await shown(0))
        }
    }
}
