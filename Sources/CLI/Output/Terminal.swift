import Arithmetic
import Foundation
import JSON

/// Standard output and standard error.
enum Terminal {
    /// Writes a line for people or scripts, at once, so that progress is seen where output is a file.
    static func write(_ text: String) {
        print(text)
        fflush(nil)
    }

    /// Writes a line to standard error.
    static func writeError(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// How many columns a line of standard output may have: the window's width, `COLUMNS`, or nil for a file or a pipe,
    /// where nothing is cut.
    static var width: Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            return columns
        }
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }
}

extension Terminal {
    /// How scripts get their documents: members in snake case and in order, times to the millisecond.
    static let documents = JSONStyle(
        sortsMembers: true, isIndented: true, namesInSnakeCase: true, showsMilliseconds: true)

    static func writeJSON(_ value: some Encodable) throws {
        write(try JSONCoder.text(value, documents))
    }
}

/// Names and values of one thing, one to a line, values aligned.
struct FactSheet: Sendable {
    private var facts: [(name: String, value: String)] = []

    /// Adds a line; nothing for a missing value.
    mutating func add(_ name: String, _ value: String?) {
        if let value { facts.append((name, DisplayText.printable(value))) }
    }

    /// `Name:   value`, as many as there are.
    var lines: [String] {
        let width = facts.map { DisplayText.width($0.name) }.max() ?? 0
        return facts.map {
            "\($0.name):" + String(repeating: " ", count: width - DisplayText.width($0.name) + 2) + $0.value
        }
    }
}

extension Terminal {
    /// Writes the lines.
    static func write(_ facts: FactSheet) {
        for line in facts.lines { write(line) }
    }
}

/// Text as it lies in the columns of a terminal.
enum DisplayText {
    /// On one line and harmless: what would move the cursor or start an escape sequence becomes a space. Payloads and
    /// error texts come from outside.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: " "
                    default: scalar
                    }
                }))
    }

    /// How many columns the text takes.
    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// The text, cut to a number of columns with an ellipsis at its end.
    static func cut(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        var kept = ""
        var used = 1
        for character in text {
            used += width(character)
            if used > limit { break }
            kept.append(character)
        }
        return limit > 0 ? kept + "…" : ""
    }

    /// Two columns for East Asian wide characters and emoji (Unicode Standard Annex 11), one for the rest.
    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}

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

/// A number with its noun: `1 job`, `2 jobs`. For nouns that take an s.
func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
