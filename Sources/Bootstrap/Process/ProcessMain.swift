import Glibc
import Logging
import Metrics
import Observability

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
            let settings = try Settings(checking: try await SettingsReader.ofProcess())
            LoggingSystem.bootstrap(level: settings.log.level, format: settings.log.format)
            let registry = PrometheusRegistry()
            MetricsSystem.bootstrap(registry)
            ProcessMetrics(registry: registry).install()
            try await body(settings, ProcessContext(logger: Logger(label: name), metrics: registry))
            // Everything is closed and every line is written. Exit handlers of C libraries would only run into threads
            // that still wind down.
            _exit(0)
        } catch {
            let error = explained(error)
            complain("\(name): \(error.message)")
            exit(error.code)
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
