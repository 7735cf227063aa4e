import Glibc
import JSON
import Logging

/// Turns a log event into the bytes of one line, masked.
struct LogEncoder: Sendable {
    let format: LogFormat

    /// Names the line itself uses. Metadata under such a name gets an underscore in front.
    private static let ownNames: Set<String> = ["time", "level", "logger", "message"]

    /// The line with its newline.
    func line(time: LogTime, level: Logger.Level, logger: String, message: String, metadata: Logger.Metadata) -> [UInt8]
    {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        let message = Masking.maskingEmailAddresses(in: message)
        let sorted = metadata.sorted { $0.key < $1.key }
        switch format {
        case .json:
            line += #"{"time":""#.utf8
            time.append(to: &line)
            line += #"","level":""#.utf8
            line += level.rawValue.utf8
            line += #"","logger":"#.utf8
            JSONText.append(logger, to: &line)
            line += #","message":"#.utf8
            JSONText.append(message, to: &line)
            for (key, value) in sorted {
                line.append(UInt8(ascii: ","))
                JSONText.append(Self.ownNames.contains(key) ? "_" + key : key, to: &line)
                line.append(UInt8(ascii: ":"))
                append(value, under: key, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        case .text:
            time.append(to: &line)
            line.append(UInt8(ascii: " "))
            line += level.rawValue.utf8
            line += " [\(logger)] ".utf8
            line += onOneLine(message).utf8
            for (key, value) in sorted {
                line += " \(key)=".utf8
                line += onOneLine(plain(value, under: key)).utf8
            }
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func append(_ value: Logger.MetadataValue, under key: String, to line: inout [UInt8]) {
        guard !Masking.isSecret(key: key) else {
            line += #""***""#.utf8
            return
        }
        switch value {
        case .string(let text):
            JSONText.append(Masking.maskingEmailAddresses(in: text), to: &line)
        case .stringConvertible(let value):
            if let number = JSONText.literal(value) {
                line += number.utf8
            } else {
                JSONText.append(Masking.maskingEmailAddresses(in: value.description), to: &line)
            }
        case .array(let values):
            line.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(value, under: "", to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let values):
            line.append(UInt8(ascii: "{"))
            for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                JSONText.append(key, to: &line)
                line.append(UInt8(ascii: ":"))
                append(value, under: key, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    private func plain(_ value: Logger.MetadataValue, under key: String) -> String {
        guard !Masking.isSecret(key: key) else { return "***" }
        return switch value {
        case .string(let text): Masking.maskingEmailAddresses(in: text)
        case .stringConvertible(let value): Masking.maskingEmailAddresses(in: value.description)
        case .array(let values): "[" + values.map { plain($0, under: "") }.joined(separator: ", ") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }.map { "\($0.key): \(plain($0.value, under: $0.key))" }.joined(
                    separator: ", ") + "}"
        }
    }

    /// Line breaks and other control characters would let a logged text pass itself off as a line of its own.
    private func onOneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}

/// A wall-clock time as logs show it: RFC 3339, UTC, milliseconds.
struct LogTime: Sendable {
    /// Seconds and nanoseconds since 1970.
    var time: timespec

    static var now: LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(time: time)
    }

    /// Appends the 24 characters of, for example, `2026-11-23T05:27:27.123Z`.
    func append(to line: inout [UInt8]) {
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        Self.append(Int(parts.tm_year) + 1900, digits: 4, to: &line)
        line.append(UInt8(ascii: "-"))
        Self.append(Int(parts.tm_mon) + 1, digits: 2, to: &line)
        line.append(UInt8(ascii: "-"))
        Self.append(Int(parts.tm_mday), digits: 2, to: &line)
        line.append(UInt8(ascii: "T"))
        Self.append(Int(parts.tm_hour), digits: 2, to: &line)
        line.append(UInt8(ascii: ":"))
        Self.append(Int(parts.tm_min), digits: 2, to: &line)
        line.append(UInt8(ascii: ":"))
        Self.append(Int(parts.tm_sec), digits: 2, to: &line)
        line.append(UInt8(ascii: "."))
        Self.append(time.tv_nsec / 1_000_000, digits: 3, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    private static func append(_ value: Int, digits: Int, to line: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            line.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
