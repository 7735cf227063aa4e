import Logging
import Synchronization

/// Collects what is logged as an error.
final class ErrorLog: Sendable {
    private let collected = Mutex<[String]>([])

    /// The messages, in order.
    var messages: [String] { collected.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: ErrorLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .error

        init(log: ErrorLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.collected.withLock { $0.append("\(event.message)") }
        }
    }
}
