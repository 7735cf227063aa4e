extension AttemptOutcome {
    /// What follows from the error that a handler threw.
    init(
        error: any Error, retry: RetryPolicy, attempt: Int,
        describe: (_ code: String, _ message: String) -> AttemptError
    ) {
        func again(_ description: AttemptError) -> AttemptOutcome {
            var random = SystemRandomNumberGenerator()
            return retry.delay(after: attempt, random: &random).map { .retry(after: $0, description) }
                ?? .dead(reason: "attempts_exhausted", description)
        }
        switch error {
        case is JobFenced:
            self = .fenced
        case let error as JobPayloadError:
            self = .dead(reason: "malformed", describe("malformed", error.description))
        case let limit as TimeLimitExceeded:
            self = again(describe("time_limit", limit.description))
        case let cancelled as JobCanceled:
            self = .cancelled(describe("cancelled", cancelled.description))
        case JobFailure.transient(let message):
            self = again(describe("transient", message))
        case JobFailure.permanent(let code, let message):
            self = .dead(reason: "permanent", describe(code, message))
        case JobFailure.snooze(let delay, let message):
            self = .snooze(delay, describe("snoozed", message))
        case JobFailure.outcomeUnknown(let message):
            self = .dead(reason: "outcome_unknown", describe("outcome_unknown", message))
        default:
            self = again(describe("transient", String(describing: error)))
        }
    }

    /// One word for metrics and logs.
    var word: String {
        switch self {
        case .done: "done"
        case .retry: "retry"
        case .snooze: "snooze"
        case .dead: "dead"
        case .parked: "parked"
        case .fenced: "fenced"
        }
    }

    /// The error to show, if any.
    var error: AttemptError? {
        switch self {
        case .done, .fenced: nil
        case .retry(_, let error), .snooze(_, let error), .dead(_, let error), .parked(_, let error): error
        }
    }
}
