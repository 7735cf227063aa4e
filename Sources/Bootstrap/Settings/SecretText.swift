/// A setting that no description, dump or log shows.
package struct SecretText: Hashable, Sendable {
    /// The secret itself, for whoever it is to be sent to.
    package let value: String

    package init(_ value: String) {
        self.value = value
    }
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Three asterisks.
    package var description: String { "***" }
    /// Three asterisks.
    package var debugDescription: String { description }
    /// Nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
