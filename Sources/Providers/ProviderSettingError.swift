/// A setting of a provider that cannot be used. Found at start, so that a process with a bad setting does not run.
package struct ProviderSettingError: Error, Sendable, Hashable {
    /// Which setting, in words: "payment API key".
    package let setting: String
    /// What was expected. Never repeats the value, which may be a secret.
    package let expected: String

    /// Describes what is wrong with a setting.
    package init(setting: String, expected: String) {
        self.setting = setting
        self.expected = expected
    }
}

extension ProviderSettingError: CustomStringConvertible {
    /// A sentence for whoever starts the process.
    package var description: String {
        "The \(setting) cannot be used: \(expected)"
    }
}
