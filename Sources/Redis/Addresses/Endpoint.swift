/// Where a server listens.
enum Endpoint: Hashable, Sendable {
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// Reads `host:port` as servers write it in their answers: an IPv6 address stands there without brackets, so the
    /// last colon counts. A host left out means the server that answered.
    init?(_ text: some StringProtocol, saidBy server: Endpoint) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        self.init(host: String(text[..<colon]), port: Int(text[text.index(after: colon)...]), saidBy: server)
    }

    /// A host and a port from a server's answer; nil when they are none. A host left out means the server that
    /// answered.
    init?(host: String?, port: Int?, saidBy server: Endpoint) {
        guard let port, (1...65535).contains(port), host != "?" else { return nil }
        if let host, !host.isEmpty {
            self = .tcp(host: host, port: port)
        } else if case .tcp(let host, _) = server {
            self = .tcp(host: host, port: port)
        } else {
            return nil
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// `host:port` as in a URL, or a path.
    var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        }
    }
}
