import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `Sandbox`: a stateful stand-in for the payment provider, the mail server and the exchange rates, for development and tests.
@main
struct Main {
    static func main() async {
        do {
            let settings = try SandboxSettings(environment: ProcessInfo.processInfo.environment)
            var logger = Logger(label: "cartwright.sandbox") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = Logger.Level.warning
            let server = try SandboxServer(settings: settings, logger: logger) { urls in
                FileHandle.standardOutput.write(Data("\(announcement(urls, settings))\n".utf8))
            }
            try await server.group(stoppingOn: [UnixSignal.sigterm, UnixSignal.sigint]).run()
        } catch is CancellationError {
            // The grace time ended before the last call did; it was asked to stop, so this is no failure.
        } catch {
            FileHandle.standardError.write(Data("Sandbox: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func announcement(_ urls: SandboxURLs, _ settings: SandboxSettings) -> String {
        let memory = settings.dataDirectory.map { "remembers in \($0)" } ?? "forgets when stopped"
        return "Sandbox ready: \(urls.http) (mail: \(urls.http)/mail), \(urls.smtp); \(memory); not the real thing"
    }
}
