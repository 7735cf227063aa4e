package import Domain

/// Where a process listens and who stands in front of it: `HOST`, `PORT`, `TRUSTED_PROXIES`, and what clients may ask of
/// it: `RATE_LIMITS`.
package struct HTTPSettings: Sendable {
    /// The address to listen on. By default this machine alone can reach it.
    package let host: String
    /// The port of the API.
    package let port: Int
    /// Whose word counts about whom a request is from.
    package let trustedProxies: TrustedProxies
    /// How much one client may ask for.
    package let limits: RequestLimits

    package init(_ reader: inout SettingsReader) {
        host = Self.host(&reader)
        port = reader.integer("PORT", default: 8080, in: 0...65535)
        trustedProxies = TrustedProxies(&reader)
        limits = reader.value(
            "RATE_LIMITS", default: .standard,
            expected: "off, or limits that differ from the standard such as checkout=60/min,read=off, of "
                + RequestClass.allCases.map(\.rawValue).joined(separator: ", "),
            advice: "a limit is a number per s, min, hour or day, or per several of them as in 10/15min"
        ) { RequestLimits($0) }
    }

    static func host(_ reader: inout SettingsReader) -> String {
        reader.value("HOST", default: "127.0.0.1", expected: "a host name or IP address such as 127.0.0.1 or 0.0.0.0") { text in
            text.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || ".:-".utf8.contains($0) } ? text : nil
        }
    }
}
