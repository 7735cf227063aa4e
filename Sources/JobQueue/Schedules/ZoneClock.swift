import Foundation

/// The clock on the wall of a time zone. Instants are seconds since 1970 in UTC; local times are what such a count
/// would be if the wall clock showed UTC.
struct ZoneClock: Sendable, Hashable {
    let zone: TimeZone

    /// When a local time is shown.
    enum Showing: Hashable {
        /// At this instant, for the first time should it be shown twice.
        case at(Int)
        /// Never: the clock jumps over it at this instant.
        case never(jumpAt: Int)
    }

    /// No place was ever further from UTC: Manila had -15:56 until 1844, Alaska +15:02 until 1867.
    private static let furthest = 16 * 3600
    /// No clock was ever set back by more: a day and a little, at the date line.
    static let longestSetBack = 26 * 3600

    /// As Foundation and the time zone database call it: `Europe/Berlin`.
    var name: String { zone.identifier }

    /// What the wall clock shows.
    func local(at instant: Int) -> Int {
        instant + offset(at: instant)
    }

    func showing(of local: Int) -> Showing {
        var start = local - Self.furthest
        while let change = firstChange(after: start, upTo: local + Self.furthest) {
            let instant = local - offset(at: start)
            if instant < change { return .at(instant) }
            if local - offset(at: change) < change { return .never(jumpAt: change) }
            start = change
        }
        return .at(local - offset(at: start))
    }

    /// The next instant at which the clock is changed, if that is within ``longestSetBack``: only then can it show
    /// local times again that it has shown up to `instant`.
    func nearbyChange(after instant: Int) -> Int? {
        firstChange(after: instant, upTo: instant + Self.longestSetBack)
    }

    /// The first instant with another offset than `start` has, in a stretch so short that two changes in it never undo
    /// each other.
    private func firstChange(after start: Int, upTo end: Int) -> Int? {
        let offset = offset(at: start)
        guard offset != self.offset(at: end) else { return nil }
        var (before, after) = (start, end)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if self.offset(at: middle) == offset { before = middle } else { after = middle }
        }
        return after
    }

    private func offset(at instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }
}

/// A day of the proleptic Gregorian calendar, and its number counted from 1970-01-01.
///
/// The arithmetic takes years that begin in March, so that the leap day comes last, in eras of 400 years, which have
/// 146,097 days.
struct CivilDay: Sendable, Hashable {
    var year: Int
    var month: Int
    var day: Int

    init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    init(number: Int) {
        let shifted = number + 719_468
        let era = shifted.floored(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    }

    /// Days since 1970-01-01.
    var number: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floored(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 0 for Sunday. 1970-01-01 was a Thursday.
    static func weekday(ofNumber number: Int) -> Int {
        let shifted = number + 4
        return shifted - shifted.floored(by: 7) * 7
    }
}

extension Int {
    /// The quotient rounded towards minus infinity, where `/` rounds towards zero.
    func floored(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
