import Domain
import JobQueue
import Logging
import Metrics
import Resilience
import ServiceLifecycle

/// What fails while its provider is held to be away uses up no attempt: it fails because of that, and not because of
/// itself.
struct OutageInterceptor: JobInterceptor {
    let limiters: [QueueName: RedisRateLimiter]

    func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
        do {
            try await next()
        } catch JobFailure.transient(let message) {
            guard let status = await limiters[context.queue]?.circuit(), status.state != .closed else {
                throw JobFailure.transient(message)
            }
            throw JobFailure.snooze(.waitingTurn(status.remaining), message)
        }
    }
}

extension Duration {
    /// How long a job stays away that has to wait so long at least: some of it more, so that those that wait do not all
    /// come back at once.
    static func waitingTurn(_ time: Duration) -> Duration {
        max(.seconds(1), time) + .milliseconds(Int.random(in: 0...2_000))
    }
}

/// Shows in every worker's metrics whether the providers are held to be away: `provider_circuit_open`, 1 while calls
/// are held back, 0.5 while some of them try whether the provider is back.
struct CircuitGauge: Service {
    let limiters: [RedisRateLimiter]
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "look at the providers' circuits") {
            for limiter in limiters { await measure(limiter) }
        }
    }

    func measure(_ limiter: RedisRateLimiter) async {
        let value =
            switch await limiter.circuit().state {
            case .closed: 0.0
            case .probing: 0.5
            case .open: 1.0
            }
        Gauge(label: "provider_circuit_open", dimensions: [("provider", limiter.name)], factory: metrics)
            .record(value)
    }
}
