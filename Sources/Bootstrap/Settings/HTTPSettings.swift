/// Where a process listens: `HOST`, `PORT`.
package struct HTTPSettings: Sendable {
    /// The address to listen on. By default this machine alone can reach it.
    package let host: String
    /// The port of the API.
    package let port: Int

    package init(_ reader: inout SettingsReader) {
        host = Self.host(&reader)
        port = reader.integer("PORT", default: 8080, in: 0...65535)
    }

    static func host(_ reader: inout SettingsReader) -> String {
        reader.value("HOST", default: "127.0.0.1", expected: "a host name or IP address such as 127.0.0.1 or 0.0.0.0") { text in
            text.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || ".:-".utf8.contains($0) } ? text : nil
        }
    }
}
