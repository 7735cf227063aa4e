/// A value from outside that breaks a rule of the shop, with a code for programs and a sentence for people.
///
/// Neither part repeats the value itself, so both may be logged and shown.
package struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable code in snake case, such as `quantity_out_of_range`.
    package let code: String
    /// What was expected, in one sentence.
    package let message: String

    /// Describes a broken rule.
    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the sentence.
    package var description: String { "\(code): \(message)" }
}
