import Foundation
import JSON

/// How one attempt ended, in the engine's terms: what ``JobFailure``, time limits and decoding errors are normalized
/// to.
package enum AttemptOutcome: Hashable, Sendable {
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

    /// Canceled by an operator: a dead letter that can be retried later.
    static func canceled(_ error: AttemptError) -> AttemptOutcome { .dead(reason: "canceled", error) }
}

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
        case let canceled as JobCanceled:
            self = .canceled(describe("canceled", canceled.description))
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
    package var error: AttemptError? {
        switch self {
        case .done, .fenced: nil
        case .retry(_, let error), .snooze(_, let error), .dead(_, let error), .parked(_, let error): error
        }
    }
}

/// One failed attempt, as operators see it.
package struct AttemptError: Hashable, Sendable, Encodable {
    let attempt: Int
    /// Stable word that groups failures: `transient`, `time_limit`, or a permanent failure's own code.
    let code: String
    /// Cut at 2,000 characters: a provider's page of HTML helps no operator.
    let message: String
    /// What it has in common with other errors of its cause.
    package let fingerprint: String
    let process: String
    let durationMilliseconds: Int64
    let at: Date

    init(
        kind: String, attempt: Int, code: String, message: String, process: String, durationMilliseconds: Int64,
        at: Date
    ) {
        self.attempt = attempt
        self.code = code
        self.message = String(message.prefix(2000))
        self.fingerprint = ErrorFingerprint.of(kind: kind, code: code, message: message)
        self.process = process
        self.durationMilliseconds = durationMilliseconds
        self.at = at
    }

    package enum CodingKeys: String, CodingKey {
        case attempt, code, message, fingerprint, process, at
        case durationMilliseconds = "duration_ms"
    }

    /// A JSON object in one line.
    package var json: String {
        guard let text = try? JSONCoder.text(self, .canonical) else { return #"{"code":"unencodable"}"# }
        // PostgreSQL's jsonb refuses U+0000.
        return text.replacing("\\u0000", with: "\\uFFFD")
    }
}

/// An attempt ran longer than its kind allows.
struct TimeLimitExceeded: Error, CustomStringConvertible {
    let limit: Duration
    var description: String { "the attempt took longer than its time limit of \(limit)" }
}

/// An operator has canceled the attempt.
struct JobCanceled: Error, CustomStringConvertible {
    var description: String { "an operator canceled the job while it ran" }
}
