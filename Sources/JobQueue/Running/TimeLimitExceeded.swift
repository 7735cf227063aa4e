/// An attempt ran longer than its kind allows.
struct TimeLimitExceeded: Error, CustomStringConvertible {
    let limit: Duration
    var description: String { "the attempt took longer than its time limit of \(limit)" }
}

/// An operator has cancelled the attempt.
struct JobCanceled: Error, CustomStringConvertible {
    var description: String { "an operator cancelled the job while it ran" }
}
