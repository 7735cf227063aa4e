/// How one attempt ended, in the engine's terms: what ``JobFailure``, time limits and decoding errors are normalised
/// to.
enum AttemptOutcome: Hashable, Sendable {
    /// The effects are in place; the ledger row may still have to be marked.
    case done
    /// Try again after the delay; this attempt counts and its error is kept.
    case retry(after: Duration, AttemptError)
    /// Try again after the delay; this attempt does not count.
    case snooze(Duration, AttemptError)
    /// Into the dead letters.
    case dead(reason: String, AttemptError)
    /// No worker here understands it; kept until one does.
    case parked(reason: String, AttemptError)
    /// The job has moved on: another attempt owns it, and nothing may be recorded.
    case fenced

    /// Ended because an operator wished it: a dead letter that can be retried later.
    static func cancelled(_ error: AttemptError) -> AttemptOutcome { .dead(reason: "cancelled", error) }
}
