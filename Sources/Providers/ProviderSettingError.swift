/// A setting of a provider that cannot be used. Found at start, so that a process with a bad setting does not run.
public struct ProviderSettingError: Error, Sendable, Hashable {
    /// Which setting, in words: "payment API key".
    public let setting: String
    /// What was expected. Never repeats the value, which may be a secret.
    public let expected: String

    /// Describes what is wrong with a setting.
    public init(setting: String, expected: String) {
        self.setting = setting
        self.expected = expected
    }
}

extension ProviderSettingError: CustomStringConvertible {
    /// A sentence for whoever starts the process.
    public var description: String {
        "The \(setting) cannot be used: \(expected)"
    }
}
