package import Domain

/// What became of a new set of rates.
package enum RateSwapResult: Hashable, Sendable {
    /// It is in use.
    case swapped
    /// The set in use has the same date and the same rates.
    case unchanged
    /// It is older than the set in use and was dropped.
    case refusedOlder(current: CalendarDay)
    /// These currencies moved too far; the set waits for an operator.
    case held([Currency])
    /// It moved too far, and an operator has turned these very rates down.
    case rejectedBefore
}
