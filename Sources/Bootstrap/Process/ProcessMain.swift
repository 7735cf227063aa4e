import Glibc
package import Logging
import Metrics
package import Observability
package import ServiceLifecycle
package import Tracing
import UnixSignals

/// The outermost frame of a long-running program: settings, logs and metrics before, one readable message and an exit
/// code after.
///
///     @main
///     struct Main {
///         static func main() async {
///             await ProcessMain.run("cartwright-worker", WorkerProcessSettings.self) { settings, process in … }
///         }
///     }
package enum ProcessMain {
    /// Reads the settings, sets up logs and metrics, and runs the body. What it throws is written to standard error and
    /// ends the process: 78 for wrong settings, also those of a server, 1 for anything else. With `--version` it tells
    /// which release it is, and ends.
    ///
    /// - Parameter name: the label of the logger.
    package static func run<Settings: ProcessSettings>(
        _ name: String, _ type: Settings.Type, _ body: (Settings, ProcessContext) async throws -> Void
    ) async {
        if CommandLine.arguments.dropFirst().first == "--version" {
            print("\(name) \(Version.text)")
            exit(0)
        }
        do {
            let reader = try await SettingsReader.ofProcess()
            let settings = try Settings(checking: reader)
            LoggingSystem.bootstrap(level: settings.log.level, format: settings.log.format)
            let registry = PrometheusRegistry()
            MetricsSystem.bootstrap(registry)
            ProcessMetrics(registry: registry).install()
            let logger = Logger(label: name)
            for sentence in reader.renamed { logger.warning("\(sentence)") }
            let traces = settings.tracing.map { TraceExport($0, logger: logger) }
            if let traces { InstrumentationSystem.bootstrap(traces.tracer) }
            try await body(settings, ProcessContext(logger: logger, metrics: registry, traces: traces))
            // Everything is closed and every line is written. Exit handlers of C libraries would only run into threads
            // that still wind down.
            _exit(0)
        } catch {
            let error = explained(error)
            complain("\(name): \(error.message)")
            _exit(error.code)
        }
    }

    /// The message and exit code for an error.
    static func explained(_ error: any Error) -> (message: String, code: Int32) {
        if let error = error as? StartupError { return (error.message, StartupError.exitCode) }
        if let error = error as? ListeningFailed { return (error.description, StartupError.exitCode) }
        return ("stopped by an error: \(Masking.maskingEmailAddresses(in: "\(error)"))", 1)
    }

    private static func complain(_ message: String) {
        let line = Array((message + "\n").utf8)
        // No reader is left when standard error is closed.
        _ = write(STDERR_FILENO, line, line.count)
    }
}

/// Why a process cannot start, or cannot go on: a setting, or a server's setting, is wrong. Tells the
/// operator what to change.
package struct StartupError: Error, Hashable, Sendable {
    /// The exit code for scripts: `EX_CONFIG` of `sysexits.h`.
    static let exitCode: Int32 = 78

    /// One sentence or several: what is wrong, what was expected, what to try. Without secrets.
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    /// All of what is wrong with the settings.
    package init(_ problems: [SettingProblem]) {
        message = (["The settings cannot be used:"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension StartupError: CustomStringConvertible {
    package var description: String { message }
}

/// What a long-running process has from the moment its settings are known.
package struct ProcessContext: Sendable {
    /// The process's logger.
    package let logger: Logger
    /// The process's metrics, which swift-metrics already feeds.
    package let metrics: PrometheusRegistry
    /// Where spans go; `nil` where nothing is traced.
    let traces: TraceExport?

    /// Makes spans; `nil` where nothing is traced.
    package var tracer: (any Tracer)? { traces?.tracer }

    /// Runs the services and the metrics port until SIGTERM or SIGINT, which shuts them down one after the other, the
    /// last one first.
    /// A second signal cancels what is still going on.
    ///
    /// - Parameter grace: how long the shutdown may take; then the process ends at once, with status 70.
    /// - Throws: what made a service fail.
    package func serve(_ services: [any Service], metrics settings: MetricsSettings, grace: Duration) async throws {
        var all: [any Service] = [ForcedShutdown(grace: grace, logger: logger)]
        // Told of the shutdown when all others have ended, so that their last spans go out.
        if let traces { all.append(traces.exporter) }
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
        await traces?.close()
    }
}

/// Which release this is. It stands nowhere else: programs, `User-Agent`, the API's document and the changelog follow,
/// and a test compares them.
package enum Version {
    /// As semantic versioning writes it.
    package static let text = "0.2.0"
}
