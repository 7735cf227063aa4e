import Domain
import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Shows in every worker's metrics how many mails wait for somebody: `emails_need_attention`, where any that is
/// `refused` is worth an alert, because the shop's own settings keep all mail back.
struct EmailGauge: Service {
    let store: EmailStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "count the mails that wait for somebody") {
            try await measure()
        }
    }

    /// One look.
    func measure() async throws {
        let counts = try await store.counts()
        for (status, count) in [("failed", counts.failed), ("refused", counts.refused), ("unknown", counts.parked)] {
            Gauge(label: "emails_need_attention", dimensions: [("status", status)], factory: metrics).record(count)
        }
    }
}
