import Domain
import HTTPTypes

/// Problems of looking after exchange rates.
extension Problem {
    static func ratesOutdated(current: CalendarDay) -> Problem {
        Problem(
            "rates_outdated", .conflict, "Rates outdated",
            "The rates in use are of \(current), newer than this set. Rates never go back; reject the set.")
    }
}
