/// Where a running sandbox listens.
struct SandboxURLs: Sendable, Equatable {
    let host: String
    let httpPort: Int
    let smtpPort: Int

    var http: String { "http://\(authority):\(httpPort)" }
    var smtp: String { "smtp://\(authority):\(smtpPort)" }

    /// The host as it stands in a URL: IPv6 in brackets, and "every address" as the one this machine surely has.
    private var authority: String {
        switch host {
        case "0.0.0.0", "::": "127.0.0.1"
        case _ where host.contains(":"): "[\(host)]"
        default: host
        }
    }
}
