import Foundation

/// How one attempt ended, in the engine's terms: what ``JobFailure``, time limits and decoding errors are normalised to.
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
}

/// One failed attempt, as operators see it.
struct AttemptError: Hashable, Sendable, Encodable {
    let attempt: Int
    /// Stable word that groups failures: `transient`, `time_limit`, or a permanent failure's own code.
    let code: String
    let message: String
    let process: String
    let durationMilliseconds: Int64
    let at: Date

    enum CodingKeys: String, CodingKey {
        case attempt, code, message, process, at
        case durationMilliseconds = "duration_ms"
    }

    /// A JSON object in one line. Messages are cut at 2,000 characters: a provider's page of HTML is of no use to anyone.
    var json: String {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let cut = AttemptError(
            attempt: attempt, code: code, message: String(message.prefix(2000)), process: process,
            durationMilliseconds: durationMilliseconds, at: at)
        guard let data = try? encoder.encode(cut) else { return #"{"code":"unencodable"}"# }
        // PostgreSQL's jsonb refuses U+0000.
        return String(decoding: data, as: UTF8.self).replacing("\\u0000", with: "\\uFFFD")
    }
}
