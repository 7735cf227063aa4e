import Foundation
import JSON

/// One failed attempt, as operators see it.
struct AttemptError: Hashable, Sendable, Encodable {
    let attempt: Int
    /// Stable word that groups failures: `transient`, `time_limit`, or a permanent failure's own code.
    let code: String
    /// Cut at 2,000 characters: a provider's page of HTML is of no use to anyone.
    let message: String
    /// What it has in common with other errors of its cause.
    let fingerprint: String
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

    enum CodingKeys: String, CodingKey {
        case attempt, code, message, fingerprint, process, at
        case durationMilliseconds = "duration_ms"
    }

    /// A JSON object in one line.
    var json: String {
        guard let text = try? JSONCoder.text(self, .canonical) else { return #"{"code":"unencodable"}"# }
        // PostgreSQL's jsonb refuses U+0000.
        return text.replacing("\\u0000", with: "\\uFFFD")
    }
}
