/// What is wrong with one field of a request: where, a stable code for programs, a sentence for people.
struct FieldError: Error, Sendable, Equatable, Encodable {
    /// Path of the field: `items[0].quantity`, or the name of a query parameter.
    let field: String
    let code: Code
    let message: String

    /// The codes clients may rely on.
    enum Code: String, Sendable, Encodable {
        case required
        case unknownField = "unknown_field"
        case wrongType = "wrong_type"
        case notAnInteger = "not_an_integer"
        case outOfRange = "out_of_range"
        case tooShort = "too_short"
        case tooLong = "too_long"
        case invalidFormat = "invalid_format"
        case invalidCharacter = "invalid_character"
        case notAllowed = "not_allowed"
        case notFound = "not_found"
        case tooCommon = "too_common"
    }
}
