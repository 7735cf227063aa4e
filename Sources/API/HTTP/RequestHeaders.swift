import HTTPTypes
import Hummingbird
import JobQueue
import Observability

/// The `Idempotency-Key` header: 1 to 255 visible characters, bare or as a quoted string.
enum IdempotencyKeyHeader {
    /// The key where it may be left out. Throws 400 when it is given twice or malformed.
    static func optionalKey(_ fields: [String]) throws(Problem) -> String? { fields.isEmpty ? nil : try key(fields) }

    /// The key. Throws 400 when it is missing, given twice or malformed.
    static func key(_ fields: [String]) throws(Problem) -> String {
        guard let field = fields.first, fields.count == 1 else {
            throw Problem(
                "idempotency_key_missing", .badRequest, "Idempotency key missing",
                "Send one Idempotency-Key header with a value of your own, such as a UUID, and the same one "
                    + "when you retry."
            )
        }
        var key = field.trimmingSpaces
        if key.utf8.count >= 2, key.hasPrefix("\""), key.hasSuffix("\"") { key = String(key.dropFirst().dropLast()) }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 })
        else {
            throw Problem(
                "idempotency_key_invalid", .badRequest, "Idempotency key invalid",
                "The key must have 1 to 255 visible ASCII characters, no quotes and no spaces.")
        }
        return key
    }
}

/// The `Prefer` header (RFC 7240) as far as the shop honors it.
enum PreferHeader {
    /// The longest time an answer is held back, in seconds.
    static let maximumWait = 30

    /// Seconds of `wait=N`, at most ``maximumWait``; nil when there is none. What cannot be read is no preference.
    static func wait(_ fields: [String]) -> Int? {
        for preference in fields.flatMap({ $0.split(whereSeparator: { $0 == "," || $0 == ";" }) }) {
            let parts = preference.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingSpaces.lowercased() == "wait" else { continue }
            let digits = parts[1].trimmingSpaces.filter { $0 != "\"" }
            guard (1...9).contains(digits.utf8.count), let seconds = Int(digits), seconds >= 0 else { return nil }
            return min(seconds, maximumWait)
        }
        return nil
    }
}

extension Request {
    /// The W3C `traceparent` for jobs that this request enqueues: of its span, or where nothing is traced the client's
    /// own. One that is malformed counts as none: a broken trace is begun anew, never refused.
    var traceparent: String? { JobTrace.current ?? headers[.traceparent].flatMap(TraceParent.checked) }
}

/// The `traceparent` header of a client.
enum TraceParent {
    /// The text when it is a trace context, otherwise nil.
    static func checked(_ text: String) -> String? { TraceContext(traceparent: text) == nil ? nil : text }
}
