internal import Configuration
import FoundationEssentials
internal import SystemPackage

/// Reads settings one by one and remembers everything that is wrong with them, so that all of it can be reported at
/// once.
///
/// An empty value counts as absent: `PORT=` in a `.env` file asks for the default.
package struct SettingsReader {
    private let config: ConfigReader
    /// What was wrong so far, in the order of reading.
    package private(set) var problems: [SettingProblem] = []

    /// Reads these values, as from an environment.
    package init(values: [String: String]) {
        config = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: values, secretsSpecifier: .all))
    }

    /// What settings were called before version 0.3, by what they are called now. Read for that one version more.
    private static let earlierNames = [
        "EMAIL_ACTIVITY_URL": "MAIL_ACTIVITY_URL", "EMAIL_FROM": "MAIL_FROM",
        "EMAIL_OUTCOME_TIMEOUT_SECONDS": "MAIL_UNKNOWN_SECONDS",
        "EMAIL_PAYMENT_FAILED_SECONDS": "MAIL_PAYMENT_FAILED_SECONDS", "EMAIL_TRANSPORT": "MAIL_TRANSPORT",
        "QUEUE_MAX_LENGTH": "QUEUE_BOUNDS",
        "PAYMENTS_ON_AUTHORIZATION_EXPIRY": "PAYMENTS_CAPTURE_DEADLINE", "REDIS_KEY_PREFIX": "CARTWRIGHT_QUEUE_PREFIX",
    ]

    private init(_ config: ConfigReader) {
        self.config = config
    }

    /// Reads the process's environment, and for what is absent there the file `.env` of the current folder, if there is
    /// one.
    ///
    /// - Throws: ``StartupError`` when the file exists and cannot be read.
    package static func ofProcess() async throws(StartupError) -> SettingsReader {
        do {
            // Everything counts as secret: only Configuration's own access log would make a difference, and it should
            // show nothing.
            let file = try await EnvironmentVariablesProvider(
                environmentFilePath: ".env", allowMissing: true, secretsSpecifier: .all)
            return SettingsReader(
                ConfigReader(providers: [EnvironmentVariablesProvider(secretsSpecifier: .all), file]))
        } catch {
            throw StartupError(
                "The file .env cannot be read (\(error)). Expected lines NAME=value that this user may read; "
                    + "fix or remove it."
            )
        }
    }

    /// The value, under the name of before where there is none under this; `nil` when it is absent.
    package func optional(_ name: String) -> String? {
        text(name) ?? Self.earlierNames[name].flatMap { text($0) }
    }

    /// One sentence for each setting that is there under the name of before.
    package var renamed: [String] {
        Self.earlierNames.filter { text($0.value) != nil }
            .map { "\($0.value) is called \($0.key) now; the next version does not read the name of before" }.sorted()
    }

    private func text(_ name: String) -> String? {
        guard let value = config.string(forKey: ConfigKey([name]), isSecret: true), !value.isEmpty else { return nil }
        return value
    }

    package mutating func note(_ problem: SettingProblem) {
        problems.append(problem)
    }

    /// The value made into something by `parse`; `nil`, with a problem noted, when it is absent or `parse` gives
    /// nothing.
    package mutating func required<Value>(
        _ name: String, expected: String, advice: String? = nil, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = optional(name) else {
            note(SettingProblem(name: name, wrong: "is not set", expected: expected, advice: advice))
            return nil
        }
        return parsed(text, name, expected, advice, parse)
    }

    /// The value made into something by `parse`, or the default when it is absent. With a problem noted, also the
    /// default.
    package mutating func value<Value>(
        _ name: String, default fallback: Value, expected: String, advice: String? = nil, _ parse: (String) -> Value?
    ) -> Value {
        guard let text = optional(name) else { return fallback }
        return parsed(text, name, expected, advice, parse) ?? fallback
    }

    /// A whole number within a range; `nil` when absent or wrong.
    package mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = optional(name) else { return nil }
        return parsed(text, name, "a whole number from \(range.lowerBound) to \(range.upperBound)", nil) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A whole number within a range.
    package mutating func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        integer(name, in: range) ?? fallback
    }

    /// One of several words.
    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, default fallback: Choice
    ) -> Choice {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return value(name, default: fallback, expected: "one of \(words)") { Choice(rawValue: $0) }
    }

    /// An address of a web service, `http` or `https`, without a slash at the end; `nil` when absent or wrong.
    package mutating func webAddress(_ name: String) -> String? {
        optional(name).flatMap {
            parsed($0, name, "an address such as https://host:port/path", nil, WebAddress.normalized)
        }
    }

    private mutating func parsed<Value>(
        _ text: String, _ name: String, _ expected: String, _ advice: String?, _ parse: (String) -> Value?
    ) -> Value? {
        if let value = parse(text) { return value }
        note(SettingProblem(name: name, wrong: "cannot be used as it is", expected: expected, advice: advice))
        return nil
    }
}

/// Questions about single bytes of settings.
enum ASCII {
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Visible and not a space.
    static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}

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

    /// One line for the operator who starts the process.
    package var description: String { "\(name): \(text)." }
}

/// A setting that no description, dump or log shows.
package struct SecretText: Hashable, Sendable {
    /// The secret itself, for the server that it is sent to.
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

/// Checks addresses of web services.
enum WebAddress {
    /// The address without a slash at its end; `nil` when it is no `http` or `https` address with a host, or holds a
    /// user, query or fragment.
    static func normalized(_ text: String) -> String? {
        guard text.utf8.allSatisfy(ASCII.isVisible), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme), let host = parts.host,
            !host.isEmpty,
            parts.user == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
