package import Logging
package import Observability

/// What is logged, and how: `LOG_LEVEL`, `LOG_FORMAT`.
package struct LogSettings: Sendable {
    /// The least severe level that is written.
    package let level: Logger.Level
    /// JSON for machines or text for people.
    package let format: LogFormat

    package init(_ reader: inout SettingsReader) {
        level = reader.choice("LOG_LEVEL", default: .info)
        format = reader.choice("LOG_FORMAT", default: .json)
    }
}
