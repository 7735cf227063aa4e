/// A cron expression in a time zone, as instants: seconds since 1970 in UTC.
///
/// On days on which the clock is changed it follows Vixie's cron in the form ISC gave it (cron(8), "Daylight Saving
/// Time and other time changes"; flags `MIN_STAR` and `HR_STAR` in the source), which tells two kinds apart by how the
/// fields for minute and hour begin:
///
/// - **Fixed times**, neither of them with `*`: a time that the clock jumps over fires once, at the jump; a time that
///   is shown twice fires once, the first time.
/// - **Wildcards**, one of them with `*`: fire whenever the clock shows a matching time. So `*/5 * * * *` goes on every
///   five real minutes and `30 * * * *` every real hour, through jumps in both directions; and `*/5 2 * * *` has no
///   turn on a day without that hour and two on a day with two of it.
struct CronTimes: Sendable, Hashable {
    let expression: CronExpression
    let clock: ZoneClock

    /// The first instant later than `instant`.
    func next(after instant: Int) -> Int {
        expression.minutes.isWildcard || expression.hours.isWildcard
            ? nextWildcard(after: instant) : nextFixed(after: instant)
    }

    /// Later local times never fire earlier, so all up to the one shown now have had their turn, and the first whose
    /// turn is still to come is the answer.
    private func nextFixed(after instant: Int) -> Int {
        var local = clock.local(at: instant)
        while true {
            local = expression.next(after: local)
            let turn =
                switch clock.showing(of: local) {
                case .at(let shown): shown
                case .never(let jump): jump
                }
            if turn > instant { return turn }
        }
    }

    private func nextWildcard(after instant: Int) -> Int {
        var instant = instant
        while true {
            let local = clock.local(at: instant)
            let candidate = expression.next(after: local)
            // Its turn, if the clock is not changed before.
            let turn = instant + (candidate - local)
            if let change = clock.nearbyChange(after: instant) {
                if turn < change { return turn }
                if expression.matches(clock.local(at: change)) { return change }
                instant = change
                continue
            }
            if turn - instant <= ZoneClock.longestSetBack { return turn }
            // Changes on the way there show nothing a second time that has not had its turn long before.
            switch clock.showing(of: candidate) {
            case .at(let shown): return shown
            case .never(let jump):
                if expression.matches(clock.local(at: jump)) { return jump }
                instant = jump
            }
        }
    }
}
