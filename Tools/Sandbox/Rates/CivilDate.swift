import FoundationEssentials

/// A day of the Gregorian calendar, counted in days since 1970-01-01: enough for a rates table, and the same on every
/// machine.
struct CivilDate: Sendable, Equatable, CustomStringConvertible {
    /// Days since 1970-01-01, which was a Thursday.
    let days: Int

    /// Monday is 0.
    var weekday: Int { ((days + 3) % 7 + 7) % 7 }

    /// The newest day with rates: the European Central Bank publishes on working days at about 16:00 CET, taken here as
    /// 15:00 UTC all year.
    static func lastPublished(at now: Date) -> CivilDate {
        let seconds = Int(now.timeIntervalSince1970.rounded(.down))
        return CivilDate(days: (seconds - publishingHour * 3600).flooredDivision(by: 86_400)).orWorkingDayBefore
    }

    /// The day itself, or the Friday before it.
    var orWorkingDayBefore: CivilDate { weekday > 4 ? CivilDate(days: days - (weekday - 4)) : self }

    /// When the day's rates were published, in seconds since 1970.
    var publishedSeconds: Int { days * 86_400 + Self.publishingHour * 3600 }

    /// When the day's rates were published, as header fields write it (RFC 9110 section 5.6.7).
    var publishedHTTPDate: String {
        let (weekdays, months) = (
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        )
        let (year, month, day) = parts
        return
            "\(weekdays[weekday]), \(Self.twoDigits(day)) \(months[month - 1]) \(year) \(Self.publishingHour):00:00 GMT"
    }

    private static let publishingHour = 15

    /// `2025-03-14`.
    var description: String {
        let (year, month, day) = parts
        return "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day))"
    }

    /// Year, month and day, by the algorithm of https://howardhinnant.github.io/date_algorithms.html#civil_from_days.
    private var parts: (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension Int {
    /// The quotient rounded down, also below zero.
    fileprivate func flooredDivision(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
