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
                "Send one Idempotency-Key header with a value of your own, such as a UUID, and the same one when you retry."
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
