internal import Domain
internal import FoundationEssentials

/// Dates as mail headers write them: `Mon, 23 Nov 2026 05:12:07 +0000` (RFC 5322, 3.3), whatever the process's locale.
enum EmailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func text(_ date: Date) -> String {
        let seconds = min(max(date.unixSeconds, -62_135_596_800), 253_402_300_799)
        let (day, time) = split(seconds)
        let calendar = CalendarDay(secondsSince1970: seconds)
        // Day 0 of the Unix epoch was a Thursday.
        let weekday = days[Int((day % 7 + 7) % 7)]
        let clock = [time / 3600, time / 60 % 60, time % 60].map(padded).joined(separator: ":")
        return
            "\(weekday), \(padded(Int64(calendar.day))) \(months[calendar.month - 1]) \(calendar.year) \(clock) +0000"
    }

    private static func split(_ seconds: Int64) -> (day: Int64, time: Int64) {
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        return (day, seconds - day * 86_400)
    }

    private static func padded(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
