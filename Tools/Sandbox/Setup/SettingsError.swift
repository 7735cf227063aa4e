/// A setting that cannot be used: which one, and what was expected.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ name: String, _ value: String, expected: String) {
        description = "\(name)='\(value)' cannot be used: expected \(expected)."
    }
}
