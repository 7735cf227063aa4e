import FoundationEssentials

extension Date {
    /// RFC 3339 in UTC with milliseconds.
    var timestamp: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    /// Whole seconds since 1970, the provider's unit.
    var unixSeconds: Int64 { Int64(timeIntervalSince1970) }
}
