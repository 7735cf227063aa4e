/// A JSON document as the strict parser saw it.
///
/// Numbers keep the difference that matters to the shop: a whole number that fits 64 bits, or anything else as it was
/// written.
/// Nothing is ever rounded through a floating-point value.
enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// A whole number within ±2⁶³, however it was written: `1`, `1.0` and `10e-1` are one number.
    case integer(Int64)
    /// Any other number, as the client wrote it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Whether a text in it holds U+0000, which PostgreSQL stores in no text and no `jsonb`.
    var holdsNUL: Bool {
        switch self {
        case .null, .boolean, .integer, .number: false
        case .string(let text): text.utf8.contains(0)
        case .array(let elements): elements.contains(where: \.holdsNUL)
        case .object(let members): members.contains { $0.key.utf8.contains(0) || $0.value.holdsNUL }
        }
    }

    /// The word used for this kind of value in messages to people.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
