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
