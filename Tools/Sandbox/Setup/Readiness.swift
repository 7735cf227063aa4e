import Synchronization

/// Collects the ports of the two servers and says once when both listen.
final class Readiness: Sendable {
    private struct Ports {
        var http: Int?
        var smtp: Int?
    }

    private let host: String
    private let onReady: @Sendable (SandboxURLs) -> Void
    private let ports = Mutex(Ports())

    /// - Parameter onReady: called once, when both servers listen.
    init(host: String, onReady: @escaping @Sendable (SandboxURLs) -> Void) {
        self.host = host
        self.onReady = onReady
    }

    /// The HTTP server listens.
    func http(_ port: Int) { update { $0.http = port } }

    /// The SMTP server listens.
    func smtp(_ port: Int) { update { $0.smtp = port } }

    /// Where both listen; nil until both do.
    var urls: SandboxURLs? { ports.withLock { urls($0) } }

    private func update(_ change: (inout Ports) -> Void) {
        let ready = ports.withLock { ports in
            change(&ports)
            return urls(ports)
        }
        if let ready { onReady(ready) }
    }

    private func urls(_ ports: Ports) -> SandboxURLs? {
        guard let http = ports.http, let smtp = ports.smtp else { return nil }
        return SandboxURLs(host: host, httpPort: http, smtpPort: smtp)
    }
}
