import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// `Sandbox`: a stateful stand-in for the payment provider, the mail server and the exchange rates, for development and
/// tests.
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
        } catch let error as IOError
            where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES || error.errnoCode == EADDRNOTAVAIL
        {
            fail(
                "it cannot listen: \(String(cString: strerror(error.errnoCode))). Choose a free address with "
                    + "SANDBOX_HOST, SANDBOX_PORT and SANDBOX_SMTP_PORT."
            )
        } catch {
            fail("\(error)")
        }
        // Exit handlers of C libraries would run into threads that still wind down.
        _exit(0)
    }

    private static func fail(_ reason: String) -> Never {
        FileHandle.standardError.write(Data("Sandbox: \(reason)\n".utf8))
        exit(1)
    }

    private static func announcement(_ urls: SandboxURLs, _ settings: SandboxSettings) -> String {
        let memory = settings.dataDirectory.map { "remembers in \($0)" } ?? "forgets when stopped"
        return "Sandbox ready: \(urls.http) (mail: \(urls.http)/mail), \(urls.smtp); \(memory); not the real thing"
    }
}
