/// Why a process cannot start, or cannot go on: a setting, or a server's setting, is wrong. Tells whoever started it
/// what to change.
package struct StartupError: Error, Hashable, Sendable {
    /// The exit code for scripts: `EX_CONFIG` of `sysexits.h`.
    static let exitCode: Int32 = 78

    /// One sentence or several: what is wrong, what was expected, what to try. Without secrets.
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    /// All of what is wrong with the settings.
    package init(_ problems: [SettingProblem]) {
        message = (["The settings cannot be used:"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension StartupError: CustomStringConvertible {
    /// The message.
    package var description: String { message }
}
