/// How a log line is written: the setting `LOG_FORMAT`.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line, for machines. The default.
    case json
    /// Time, level, logger, message and `key=value` pairs, for people.
    case text
}
