/// Decides what a schedule does now: which of its slots fire and up to where all are settled. Times are seconds since
/// 1970 in UTC.
struct DueSlots: Sendable, Hashable {
    /// The slots to fire, oldest first. Empty when all that is due is passed over.
    let firing: [Int]
    /// The first slot that is passed over, if there is one.
    let firstPassedOver: Int?
    /// The latest slot of all that are due.
    let settled: Int

    /// - Parameters:
    ///   - settled: all slots up to here fired or were passed over earlier.
    ///   - now: PostgreSQL's time.
    /// - Returns: nil when nothing is due.
    init?(_ times: SlotTimes, _ catchUp: CatchUp, settled: Int, now: Int) {
        guard let last = times.last(after: settled, upTo: now) else { return nil }
        switch catchUp {
        case .none: firing = now - last <= Int(CatchUp.punctuality.components.seconds) ? [last] : []
        case .latest: firing = [last]
        case .all(let limit):
            var slots = [last]
            while slots.count < limit, let earlier = times.last(after: settled, upTo: slots[slots.count - 1] - 1) {
                slots.append(earlier)
            }
            firing = slots.reversed()
        }
        let first = times.next(after: settled)
        firstPassedOver = first == firing.first ? nil : first
        self.settled = last
    }
}

/// When the slots of a schedule are, as seconds since 1970 in UTC.
enum SlotTimes: Sendable, Hashable {
    /// At the multiples of so many seconds.
    case every(seconds: Int)
    case cron(CronTimes)

    /// The first slot later than `instant`.
    func next(after instant: Int) -> Int {
        switch self {
        case .every(let seconds): (instant.floored(by: seconds) + 1) * seconds
        case .cron(let times): times.next(after: instant)
        }
    }

    /// The last slot later than `start` and not later than `end`. Halves the stretch until it is found, so years
    /// without a worker cost a few dozen steps.
    func last(after start: Int, upTo end: Int) -> Int? {
        var found = next(after: start)
        guard found <= end else { return nil }
        var limit = end
        while true {
            let following = next(after: found)
            guard following <= end else { return found }
            found = following
            let middle = found + (limit - found) / 2
            let later = next(after: middle)
            if later <= end { found = later } else { limit = middle }
        }
    }
}

extension SlotTimes: CustomStringConvertible {
    /// Says when, in one line. It is stored: a schedule whose line has changed counts as a new one.
    var description: String {
        switch self {
        case .every(let seconds): "every \(seconds) s"
        case .cron(let times): "\(times.expression) \(times.clock.name)"
        }
    }
}
