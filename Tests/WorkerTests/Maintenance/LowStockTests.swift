import Domain
import Observability
import Postgres
import Storage
import Testing

@testable import Worker

@Suite("Every worker shows how much stock is low", .timeLimit(.minutes(1)))
struct LowStockTests {
    @Test("units are counted by whether any piece of them can be promised, and none are counted as none")
    func gauge() async throws {
        try await Shop.with { shop in
            let registry = PrometheusRegistry()
            let gauge = LowStockGauge(
                store: shop.stores.stock, interval: .seconds(60), logger: shop.logger, metrics: registry)
            _ = try await shop.product("MANY", stock: 6)
            try await gauge.measure()
            #expect(await registry.exposition().contains("\nstock_low_units{state=\"low\"} 0\n"))
            _ = try await shop.product("FEW", stock: 5)
            _ = try await shop.product("ONE", stock: 1)
            _ = try await shop.product("NONE", stock: 0)
            try await gauge.measure()
            let text = await registry.exposition()
            #expect(text.contains("\nstock_low_units{state=\"low\"} 2\n"), "\(text)")
            #expect(text.contains("\nstock_low_units{state=\"sold_out\"} 1\n"), "\(text)")
        }
    }
}
