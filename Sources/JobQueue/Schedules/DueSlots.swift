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
