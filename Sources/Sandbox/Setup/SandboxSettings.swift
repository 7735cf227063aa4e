/// How the sandbox runs, from the environment.
struct SandboxSettings: Sendable, Equatable {
    /// Address to listen on.
    var host = "127.0.0.1"
    /// HTTP port; 0 lets the system choose.
    var port = 9090
    /// SMTP port; 0 lets the system choose.
    var smtpPort = 9025
    /// Directory of the journal; nil keeps everything in memory only.
    var dataDirectory: String?
    /// Added to every payment call, in milliseconds.
    var latencyMilliseconds = 0

    init() {}

    /// Reads `SANDBOX_HOST`, `SANDBOX_PORT`, `SANDBOX_SMTP_PORT`, `SANDBOX_DATA` and `SANDBOX_LATENCY_MS`; an absent or empty one keeps its default.
    /// - Throws: `SettingsError` for the first that cannot be used.
    init(environment: [String: String]) throws(SettingsError) {
        let given = environment.filter { !$0.value.isEmpty }
        host = given["SANDBOX_HOST"] ?? host
        port = try Self.number("SANDBOX_PORT", in: 0...65_535, "a port from 0 (chosen by the system) to 65535", given) ?? port
        smtpPort = try Self.number("SANDBOX_SMTP_PORT", in: 0...65_535, "a port from 0 (chosen by the system) to 65535", given) ?? smtpPort
        dataDirectory = given["SANDBOX_DATA"]
        latencyMilliseconds =
            try Self.number("SANDBOX_LATENCY_MS", in: 0...60_000, "whole milliseconds from 0 to 60000", given) ?? latencyMilliseconds
        guard port != smtpPort || port == 0 else {
            throw SettingsError("SANDBOX_SMTP_PORT", String(smtpPort), expected: "a port other than SANDBOX_PORT")
        }
    }

    private static func number(
        _ name: String, in range: ClosedRange<Int>, _ expected: String, _ environment: [String: String]
    ) throws(SettingsError) -> Int? {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), range.contains(number) else { throw SettingsError(name, text, expected: expected) }
        return number
    }
}
