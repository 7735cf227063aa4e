package import Domain

/// What became of an operator's word for a set that was held.
package enum RateApproval: Hashable, Sendable {
    /// It is in use.
    case approved
    /// The set in use is newer by now; rates never go back.
    case outdated(current: CalendarDay)
    /// No set of this id is held.
    case notHeld
}
