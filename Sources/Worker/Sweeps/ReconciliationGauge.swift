import Domain
import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Shows in every worker's metrics how many breaks between the provider's books and ours are open:
/// `payments_reconciliation_breaks`, of which any is worth an alert.
struct ReconciliationGauge: Service {
    let store: ReconciliationStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "count the open breaks of reconciliation") {
            try await measure()
        }
    }

    /// One look. Kinds without any show zero, so that one that is gone is seen to be gone.
    func measure() async throws {
        let counts = try await store.openCounts()
        for kind in BreakKind.allCases {
            Gauge(label: "payments_reconciliation_breaks", dimensions: [("kind", kind.rawValue)], factory: metrics)
                .record(
                    counts[kind] ?? 0)
        }
    }
}
