/// A `Content-Type` field taken apart (RFC 2045 section 5.1).
struct ContentType: Sendable {
    /// Type and subtype in lower case.
    let type: String
    /// Parameters by lower-case name, without their quotes.
    let parameters: [String: String]

    init(_ field: String) {
        let pieces = field.split(separator: ";")
        type = (pieces.first ?? "").trimmed.lowercased()
        var parameters: [String: String] = [:]
        for piece in pieces.dropFirst() {
            let halves = piece.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { continue }
            var value = halves[1].trimmed
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                value = String(value.dropFirst().dropLast())
            }
            parameters[halves[0].trimmed.lowercased()] = value
        }
        self.parameters = parameters
    }
}
