package import Logging
package import Observability
package import ServiceLifecycle
import UnixSignals

/// What a long-running process has from the moment its settings are known.
package struct ProcessContext: Sendable {
    /// The process's logger.
    package let logger: Logger
    /// The process's metrics, which swift-metrics already feeds.
    package let metrics: PrometheusRegistry

    /// Runs the services and the metrics port until SIGTERM or SIGINT, which shuts them down one after the other, the
    /// last one first.
    /// A second signal cancels what is still going on.
    ///
    /// - Parameter grace: how long the shutdown may take; then the process ends at once, with status 70.
    /// - Throws: what made a service fail.
    package func serve(_ services: [any Service], metrics settings: MetricsSettings, grace: Duration) async throws {
        var all: [any Service] = [ForcedShutdown(grace: grace, logger: logger)]
        if settings.port != 0 {
            all.append(MetricsServer(registry: metrics, host: settings.host, port: settings.port, logger: logger))
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: all + services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        do {
            try await group.run()
        } catch is ForcedShutdown.Hurried {
            logger.notice("stopped in a hurry, as asked by a second signal")
        }
    }
}
