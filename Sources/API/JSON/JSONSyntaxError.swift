/// Why a text is not JSON that the shop accepts, and where.
struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    enum Reason: String {
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
        case trailingData = "more text follows the document"
    }

    let reason: Reason
    /// Bytes from the start of the text.
    let offset: Int

    var description: String { "\(reason.rawValue) (at byte \(offset))" }
}
