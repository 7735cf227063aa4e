import Glibc
public import Logging
import Synchronization

/// A swift-log handler that writes each event as one masked line.
///
/// Metadata of one event comes before the metadata provider's, and that before the logger's own. An error handed to the
/// log call stands as `error` (its description) and `error_type`.
public struct LineLogHandler: LogHandler {
    /// The name of the logger.
    public let label: String
    /// The least severe level that is written.
    public var logLevel: Logger.Level
    /// Metadata of every event of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Adds metadata of the current task.
    public var metadataProvider: Logger.MetadataProvider?

    private let encoder: LogEncoder
    private let output: LogOutput

    /// A handler for the logger of this name.
    public init(
        label: String, level: Logger.Level, format: LogFormat, output: LogOutput = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        logLevel = level
        encoder = LogEncoder(format: format)
        self.output = output
        self.metadataProvider = metadataProvider
    }

    /// One value of this logger's metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty { all.merge(provided) { $1 } }
        if let own = event.metadata, !own.isEmpty { all.merge(own) { $1 } }
        if let error = event.error {
            all["error"] = "\(error)"
            all["error_type"] = "\(type(of: error))"
        }
        output.write(
            encoder.line(time: .now, level: event.level, logger: label, message: "\(event.message)", metadata: all))
    }
}

/// How a log line is written: the setting `LOG_FORMAT`.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line, for machines. The default.
    case json
    /// Time, level, logger, message and `key=value` pairs, for people.
    case text
}

/// Where log lines go: a file descriptor, one `write(2)` a line.
///
/// The mutex keeps a line whole when the kernel takes it in parts. A line that cannot be written is dropped: logging
/// never fails a request.
public final class LogOutput: Sendable {
    /// The process's standard output.
    public static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)

    private let descriptor: Int32
    private let turn = Mutex(())

    /// - Parameter descriptor: an open descriptor. It stays the caller's to close.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a line with its newline.
    func write(_ line: [UInt8]) {
        turn.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written >= 0 {
                        rest = rest.dropFirst(written)
                    } else if errno == EAGAIN {
                        // Another process made the shared descriptor non-blocking. Wait until it takes more.
                        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        Glibc.poll(&poll, 1, 1000)
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}

extension LoggingSystem {
    /// Sends all of the process's logs to standard output in this format. To be called once, before the first `Logger`
    /// is made.
    public static func bootstrap(level: Logger.Level, format: LogFormat) {
        bootstrap(
            { label, provider in LineLogHandler(label: label, level: level, format: format, metadataProvider: provider)
            },
            metadataProvider: nil)
    }
}
