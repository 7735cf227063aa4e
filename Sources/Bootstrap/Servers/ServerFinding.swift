/// A setting of a server that somebody must change, or should.
package struct ServerFinding: Sendable, Hashable {
    package enum Gravity: Sendable, Hashable {
        /// Jobs can be lost, or nothing works. No process starts with it.
        case dangerous
        /// Works, and yet somebody should look at it.
        case worrying
    }

    package let gravity: Gravity
    /// As in `Redis`, or `Redis at 10.0.0.5:7001` for one of several.
    package let server: String
    /// As the server calls it.
    package let setting: String
    /// What it is set to.
    package let value: String
    /// What may come of it.
    package let consequence: String
    /// What to do about it.
    package let remedy: String

    package init(gravity: Gravity, server: String, setting: String, value: String, consequence: String, remedy: String)
    {
        (self.gravity, self.server, self.setting) = (gravity, server, setting)
        (self.value, self.consequence, self.remedy) = (value, consequence, remedy)
    }
}

extension ServerFinding: CustomStringConvertible {
    /// All of it in one line.
    package var description: String { "\(server): \(setting) is '\(value)', \(consequence); \(remedy)" }
}
