/// A version of a server, as far as it matters: `7.0` of `7.0.15`.
package struct ServerVersion: Comparable, Sendable, CustomStringConvertible {
    /// PostgreSQL must be at least this new.
    package static let oldestPostgres = ServerVersion(major: 14, minor: 0)
    /// Redis must be at least this new: LMOVE and BLMOVE, with which jobs are claimed, came with it.
    package static let oldestRedis = ServerVersion(major: 6, minor: 2)

    package let major: Int
    package let minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads the first two numbers; `nil` when the text does not begin with one.
    package init?(_ text: String) {
        let parts = text.split(separator: ".").map { Int($0.prefix { $0.isNumber }) }
        guard let first = parts.first, let major = first else { return nil }
        self.major = major
        minor = parts.dropFirst().first.flatMap(\.self) ?? 0
    }

    /// Reads PostgreSQL's `server_version_num`: 150004 is 15.4.
    package init(postgresNumber number: Int) {
        self.init(major: number / 10_000, minor: number % 10_000)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { "\(major).\(minor)" }
}
