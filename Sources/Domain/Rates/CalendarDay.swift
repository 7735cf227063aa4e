internal import Arithmetic
package import FoundationEssentials

/// A day of the Gregorian calendar without a time, as rates are dated: `2026-11-23`.
package struct CalendarDay: Hashable, Sendable {
    /// Year, 1 to 9999.
    package let year: Int
    /// Month, 1 to 12.
    package let month: Int
    /// Day of the month, 1 to 31.
    package let day: Int

    /// Reads `YYYY-MM-DD`. `nil` for any other form and for days that do not exist.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        guard year >= 1, (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day) else {
            return nil
        }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The seconds since 1970 that fall on a day of the years 1 to 9999.
    static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The day in UTC at a number of seconds since 1 January 1970. Before the year 1 it is that year's first day, after
    /// 9999 that year's last.
    ///
    /// Days to civil date by Howard Hinnant's algorithm ("chrono-Compatible Low-Level Date Algorithms"), which counts
    /// years from March.
    package init(secondsSince1970 seconds: Int64) {
        let seconds = min(max(seconds, Self.seconds.lowerBound), Self.seconds.upperBound)
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days from an earlier day to this one; below zero when that one is later.
    package func days(since other: CalendarDay) -> Int { daysSince1970 - other.daysSince1970 }

    /// The same algorithm the other way.
    private var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CalendarDay: Comparable {
    /// Earlier days first.
    package static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CalendarDay: CustomStringConvertible {
    /// `YYYY-MM-DD` (ISO 8601).
    package var description: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}

/// In JSON and in columns, `YYYY-MM-DD`.
extension CalendarDay: RawRepresentable, Codable {
    /// Reads `YYYY-MM-DD`; nil for anything else.
    package init?(rawValue: String) { self.init(rawValue) }

    /// `YYYY-MM-DD`.
    package var rawValue: String { description }
}

extension Date {
    /// The time at a number of seconds since 1970 as other programs give it; nil outside of the years 1970 to 9999,
    /// where it is no time of theirs but a mistake.
    package init?(unixSeconds seconds: Int64) {
        guard (0...CalendarDay.seconds.upperBound).contains(seconds) else { return nil }
        self.init(timeIntervalSince1970: Double(seconds))
    }

    /// Whole seconds since 1970, rounded down, or the end of their range.
    package var unixSeconds: Int64 { Int64(saturating: timeIntervalSince1970.rounded(.down)) }
}
