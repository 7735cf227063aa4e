/// Why a process cannot start, or cannot go on: what to tell whoever started it, and the exit code for scripts (`sysexits.h`).
package struct StartupError: Error, Hashable, Sendable {
    /// The exit code.
    package enum Kind: Int32, Sendable {
        /// A server it needs is not there: `EX_UNAVAILABLE`.
        case unavailable = 69
        /// A setting, or a server's setting, is wrong: `EX_CONFIG`.
        case configuration = 78
    }

    package let kind: Kind
    /// One sentence or several: what is wrong, what was expected, what to try. Without secrets.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// All of what is wrong with the settings.
    package init(_ problems: [SettingProblem]) {
        kind = .configuration
        message = (["The settings cannot be used:"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension StartupError: CustomStringConvertible {
    /// The message.
    package var description: String { message }
}
