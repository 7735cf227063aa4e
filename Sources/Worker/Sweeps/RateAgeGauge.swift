import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Shows the age of the exchange rates in every worker's metrics: `rates_age_days`, of which more than four is worth an
/// alert.
struct RateAgeGauge: Service {
    let store: RateStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "read the age of the exchange rates") {
            try await measure()
        }
    }

    /// One look. A shop without any rates shows no age.
    func measure() async throws {
        if let days = try await store.ageDays() { Gauge(label: "rates_age_days", factory: metrics).record(days) }
    }
}
