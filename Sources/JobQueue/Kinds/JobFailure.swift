/// What a handler throws to say how its attempt ended. Any other error counts as ``transient(_:)``.
public enum JobFailure: Error, Sendable, Equatable {
    /// Worth another try, by the kind's retry policy.
    case transient(String)
    /// Another try would end alike: the job goes to the dead letters at once. `code` is stable and groups such
    /// failures.
    case permanent(code: String, String)
    /// Not yet: run again after the given time, without using up an attempt (an open circuit breaker, a provider's
    /// Retry-After).
    case snooze(Duration, String)
    /// An external effect may or may not have happened and can't be looked up: held for a person.
    case outcomeUnknown(String)
}

extension JobFailure: CustomStringConvertible {
    /// The message for people.
    public var description: String {
        switch self {
        case .transient(let message), .permanent(_, let message), .snooze(_, let message), .outcomeUnknown(let message):
            message
        }
    }
}
