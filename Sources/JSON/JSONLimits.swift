/// How much of a JSON text is read at most. What comes from outside is refused where reading it costs more than it can
/// be worth.
package struct JSONLimits: Sendable {
    /// Bytes of the whole text.
    package var bytes: Int
    /// How deep arrays and objects are nested: each level is a call on the stack.
    package var depth: Int
    /// Members of one object.
    package var members = Int.max
    /// Values in the whole text.
    package var values = Int.max
    /// Bytes of a member's name, as it is written. Comparing names of Unicode is no longer linear in their length.
    package var nameBytes = Int.max
    /// Bytes of a number. PostgreSQL's `jsonb` takes no number of any size, and no sane document holds a longer one.
    package var numberBytes = Int.max
    package var exponentDigits = Int.max

    /// What a program wrote that is trusted: the payload of a job, a provider's answer.
    package static let trusted = JSONLimits(bytes: 64 << 20, depth: 128)
    /// What any client may send.
    package static let request = JSONLimits(
        bytes: 8 << 20, depth: 32, members: 1_000, values: 100_000, nameBytes: 1_024, numberBytes: 400,
        exponentDigits: 3)
}

/// Why a text is not the JSON that is read here, and where.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case empty = "the body is empty"
        case invalidUTF8 = "the text is not valid UTF-8"
        case unexpectedCharacter = "unexpected character"
        case unexpectedEnd = "the text ends too early"
        case invalidNumber = "a number is malformed"
        case numberTooLong = "a number has too many digits"
        case invalidEscape = "a string holds an invalid escape"
        case controlCharacter = "a string holds an unescaped control character"
        case duplicateKey = "an object names the same member twice"
        case tooManyMembers = "an object has too many members"
        case tooManyValues = "there are too many values"
        case nameTooLong = "the name of a member is too long"
        case tooDeep = "values are nested too deeply"
        case tooLong = "the text is too long"
        case trailingData = "more text follows the document"
    }

    package let reason: Reason
    /// Bytes from the start of the text.
    package let offset: Int

    package var description: String { "\(reason.rawValue) (at byte \(offset))" }
}
