/// A value from outside that breaks a rule of the shop, with a code for programs and a sentence for people.
///
/// Neither part repeats the value itself, so both may be logged and shown.
public struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable code in snake case, such as `quantity_out_of_range`.
    public let code: String
    /// What was expected, in one sentence.
    public let message: String

    /// Describes a broken rule.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the sentence.
    public var description: String { "\(code): \(message)" }
}
