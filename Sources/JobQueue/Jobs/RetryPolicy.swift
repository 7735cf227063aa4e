import Arithmetic

/// How often a failed job is tried again, and after how long.
///
/// The delay before attempt *n* + 1 is drawn evenly from 0…min(`longest`, `first` × 2ⁿ⁻¹) plus half of it kept as a
/// floor: exponential back-off with "equal jitter", so that a crowd of jobs that failed together does not come back
/// together, yet none is retried at once. (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.)
public struct RetryPolicy: Hashable, Sendable {
    /// Attempts in all, the first included; at least 1.
    public let attempts: Int
    /// Upper bound of the delay after the first failed attempt.
    public let first: Duration
    /// Upper bound of every delay.
    public let longest: Duration

    /// `attempts` tries in all, delays doubling from `first` up to `longest`.
    public static func exponential(attempts: Int, from first: Duration, to longest: Duration) -> RetryPolicy {
        RetryPolicy(attempts: max(1, attempts), first: first, longest: max(first, longest))
    }

    /// Twenty attempts within about seven hours, delays doubling from 1 s up to an hour.
    public static let standard = exponential(attempts: 20, from: .seconds(1), to: .seconds(3600))

    /// One try; a failure goes to the dead letters at once.
    public static let never = RetryPolicy(attempts: 1, first: .zero, longest: .zero)

    /// The bounds within which the delay after the failed attempt number `attempt` (1…) is drawn.
    public func delayBounds(after attempt: Int) -> ClosedRange<Duration> {
        let doublings = min(max(attempt - 1, 0), 30)
        let upper = min(longest, first * (1 << doublings))
        return (upper / 2)...upper
    }

    /// A delay for after the failed attempt number `attempt`, or nil when that was the last.
    public func delay(after attempt: Int, random: inout some RandomNumberGenerator) -> Duration? {
        guard attempt < attempts else { return nil }
        let bounds = delayBounds(after: attempt)
        let spread = bounds.upperBound - bounds.lowerBound
        return bounds.lowerBound + spread * Double.random(in: 0...1, using: &random)
    }
}

extension Duration {
    /// `count` × 60 s.
    public static func minutes(_ count: Int) -> Duration { .seconds(count.saturatingMultiply(by: 60)) }

    /// `count` × 24 h.
    public static func days(_ count: Int) -> Duration { .seconds(count.saturatingMultiply(by: 86_400)) }

    /// Whole milliseconds, rounded down.
    package var milliseconds: Int64 { wholeMilliseconds }

    /// Whole nanoseconds, rounded down.
    package var nanoseconds: Int64 { wholeNanoseconds }
}

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
