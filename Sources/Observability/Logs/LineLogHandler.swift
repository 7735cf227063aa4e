public import Logging

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
