/// What is wrong with one setting. Never holds the value: it may be a secret.
package struct SettingProblem: Hashable, Sendable, CustomStringConvertible {
    /// The environment variable.
    package let name: String
    /// What is wrong, what was expected, what to try.
    package let text: String

    package init(name: String, wrong: String, expected: String, advice: String? = nil) {
        self.name = name
        text = "\(wrong); expected \(expected)" + (advice.map { "; \($0)" } ?? "")
    }

    /// One line for whoever starts the process.
    package var description: String { "\(name): \(text)." }
}
