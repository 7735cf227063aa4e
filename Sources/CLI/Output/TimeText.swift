import Arithmetic
import Foundation

/// Times as operators and scripts read them.
enum TimeText {
    /// `2026-03-01 14:05:09 UTC`
    static func moment(_ date: Date) -> String {
        let text = date.formatted(Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .gmt))
        return text.hasSuffix("Z") ? text.dropLast() + " UTC" : text
    }

    /// `2026-03-01T14:05:09.123Z`, RFC 3339.
    static func stamp(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
    }

    /// How long ago, in its two largest units: `3 min 12 s`.
    static func age(_ date: Date, at now: Date = Date()) -> String {
        span(seconds: now.timeIntervalSince(date))
    }

    /// A length of time in its two largest units; below a minute in seconds. A negative one counts as none.
    static func span(seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let total = Int(min(max(0, seconds), 1e12))
        return switch total {
        case ..<60: "\(total) s"
        case ..<3600: "\(total / 60) min \(total % 60) s"
        case ..<86_400: "\(total / 3600) h \(total % 3600 / 60) min"
        default: "\(total / 86_400) d \(total % 86_400 / 3600) h"
        }
    }

    /// A short length of time in whole milliseconds: `42 ms`.
    static func brief(_ duration: Duration) -> String {
        "\(duration.wholeMilliseconds) ms"
    }
}
