import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Shows in every worker's metrics how many units are low: `stock_low_units`, by whether any piece of them can still be
/// promised. Seldom, because it looks at the stock of every unit.
struct LowStockGauge: Service {
    let store: StockStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "count the units that are low") {
            try await measure()
        }
    }

    func measure() async throws {
        let low = try await store.low()
        for (state, count) in [("low", low.units - low.soldOut), ("sold_out", low.soldOut)] {
            Gauge(label: "stock_low_units", dimensions: [("state", state)], factory: metrics).record(count)
        }
    }
}
