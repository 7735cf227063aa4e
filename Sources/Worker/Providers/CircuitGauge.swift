import Domain
import Logging
import Metrics
import Resilience
import ServiceLifecycle

/// Shows in every worker's metrics whether the providers are held to be away: `provider_circuit_open`, 1 while calls
/// are held back, 0.5 while some of them try whether the provider is back.
struct CircuitGauge: Service {
    let gates: [RedisCallGate]
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "look at the providers' circuits") {
            for gate in gates { await measure(gate) }
        }
    }

    /// One look.
    func measure(_ gate: RedisCallGate) async {
        let value =
            switch await gate.circuit().state {
            case .closed: 0.0
            case .probing: 0.5
            case .open: 1.0
            }
        Gauge(label: "provider_circuit_open", dimensions: [("provider", gate.name)], factory: metrics)
            .record(value)
    }
}
