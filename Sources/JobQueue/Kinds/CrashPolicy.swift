/// What becomes of a job whose process died in the middle of it.
public enum CrashPolicy: Sendable, Hashable {
    /// Its handler may run again: its effects are in one transaction with the job's completion, or carry a key.
    case runAgain
    /// ``JobHandler/verify(_:in:)`` finds out first whether the effect has happened.
    case verify
    /// It is held for a person, in the dead letters with the reason `outcome_unknown`.
    case hold
}

/// What a handler has found out about an attempt whose process died.
public enum Verification: Sendable, Hashable {
    /// The effect is there: the job is done without running again.
    case done
    /// The effect is not there: the job runs.
    case notDone
    /// It can't be told: the job is held for a person.
    case unknown(String)
}
