/// A version of a server, as far as it matters: `7.0` of `7.0.15`.
struct ServerVersion: Comparable, Sendable, CustomStringConvertible {
    let major: Int
    let minor: Int

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads the first two numbers; `nil` when the text does not begin with one.
    init?(_ text: String) {
        let parts = text.split(separator: ".").map { Int($0.prefix { $0.isNumber }) }
        guard let first = parts.first, let major = first else { return nil }
        self.major = major
        minor = parts.dropFirst().first.flatMap(\.self) ?? 0
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    var description: String { "\(major).\(minor)" }
}
