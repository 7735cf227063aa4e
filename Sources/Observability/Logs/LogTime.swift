import Glibc

/// A wall-clock time as logs show it: RFC 3339, UTC, milliseconds.
struct LogTime: Sendable {
    /// Seconds and nanoseconds since 1970.
    var time: timespec

    /// The time now.
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
