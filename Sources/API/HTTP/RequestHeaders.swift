import HTTPTypes

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

/// W3C Trace Context: `00-<32 hex>-<16 hex>-<2 hex>`.
enum TraceParent {
    /// The text when it has that form, otherwise nil: a broken trace is begun anew, never refused.
    static func checked(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [2, 32, 16, 2], parts[0] != "ff",
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } })
        else { return nil }
        return text
    }
}
