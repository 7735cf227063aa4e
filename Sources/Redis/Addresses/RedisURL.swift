/// The parts of a URL with one or more hosts, which Foundation's parser does not take:
/// `scheme://user:password@host:port,host:port/path?query`.
struct RedisURL {
    let scheme: String
    let username: String?
    let password: String?
    /// Each `host`, `host:port`, `[v6]` or `[v6]:port`, unchecked.
    private let hosts: [Substring]
    /// What stands between slashes, percent-decoded.
    let path: [String]
    /// Percent-decoded, by name; of two with one name the last.
    let query: [String: String]

    /// What is wrong, as the end of "expected …, but"; never with a part of the URL in it that may be secret.
    struct Problem: Error {
        let text: String
    }

    /// - Throws: ``Problem``.
    init(_ url: String) throws(Problem) {
        guard let colon = url.firstRange(of: "://") else { throw Problem(text: "it cannot be read as a URL") }
        scheme = url[..<colon.lowerBound].lowercased()
        let rest = url[colon.upperBound...]
        guard !rest.contains("#"), rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(text: "it holds a character that must be percent-encoded")
        }
        let (front, queryText) = Self.split(rest, at: rest.firstIndex(of: "?"))
        let (authority, pathText) = Self.split(front, at: front.firstIndex(of: "/"))
        let at = authority.lastIndex(of: "@")
        let login = at.map { authority[..<$0] }
        hosts = (at.map { authority[authority.index(after: $0)...] } ?? authority).split(
            separator: ",", omittingEmptySubsequences: false)
        (username, password) = try Self.credentials(login)
        path =
            try pathText.map { text throws(Problem) in
                var parts: [String] = []
                for part in text.split(separator: "/") { parts.append(try Self.decoded(part)) }
                return parts
            } ?? []
        var query: [String: String] = [:]
        for item in (queryText ?? "").split(separator: "&") {
            let (name, value) = Self.split(item, at: item.firstIndex(of: "="))
            query[try Self.decoded(name)] = try Self.decoded(value ?? "")
        }
        self.query = query
    }

    /// All hosts, each once.
    func endpoints(defaultPort: Int) throws(Problem) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for host in hosts {
            let endpoint = try Self.endpoint(host, defaultPort: defaultPort)
            if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
        }
        return endpoints
    }

    private static func endpoint(_ text: Substring, defaultPort: Int) throws(Problem) -> Endpoint {
        let end: Substring.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else {
                throw Problem(text: "an address in brackets does not end")
            }
            end = text.index(after: bracket)
        } else {
            end = text.firstIndex(of: ":") ?? text.endIndex
        }
        let host = text[..<end].drop { $0 == "[" }.prefix { $0 != "]" }
        guard !host.isEmpty else { throw Problem(text: "a host is empty") }
        if end == text.endIndex { return .tcp(host: String(host), port: defaultPort) }
        guard text[end] == ":", let port = Int(text[text.index(after: end)...]), (1...65535).contains(port) else {
            throw Problem(text: "a port must be a number in 1…65535")
        }
        return .tcp(host: String(host), port: port)
    }

    private static func credentials(_ login: Substring?) throws(Problem) -> (String?, String?) {
        guard let login else { return (nil, nil) }
        let (user, password) = split(login, at: login.firstIndex(of: ":"))
        let name = try decoded(user)
        let secret = try decoded(password ?? "")
        guard !secret.isEmpty || name.isEmpty else { throw Problem(text: "there is a user without a password") }
        return (name.isEmpty ? nil : name, secret.isEmpty ? nil : secret)
    }

    /// What stands before the index and, unless there is none, what stands behind it.
    private static func split(_ text: Substring, at index: Substring.Index?) -> (Substring, Substring?) {
        guard let index else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func decoded(_ text: Substring) throws(Problem) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
                let value = UInt8(String(Substring(digits)), radix: 16)
            else { throw Problem(text: "its percent-encoding is broken") }
            bytes.append(value)
            rest.removeFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Problem(text: "its percent-encoding is broken")
        }
        return decoded
    }
}

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

/// Where the next attempt at a connection goes.
enum Destination: Sendable, Equatable {
    /// Here, always.
    case fixed(Endpoint)
    /// To any of these: the first, until it fails; then it goes to the end.
    case anyOf([Endpoint])
    /// To the one that is named; nil as long as none is.
    case named(Endpoint?)

    /// nil when there is nowhere to go now.
    var endpoint: Endpoint? {
        switch self {
        case .fixed(let endpoint): endpoint
        case .anyOf(let endpoints): endpoints.first
        case .named(let endpoint): endpoint
        }
    }

    /// The connection to ``endpoint`` broke or did not come about.
    mutating func failed() {
        switch self {
        case .fixed: break
        case .anyOf(var endpoints):
            guard !endpoints.isEmpty else { return }
            endpoints.append(endpoints.removeFirst())
            self = .anyOf(endpoints)
        case .named: self = .named(nil)
        }
    }
}

/// How the servers behind one URL belong together.
enum Topology: Sendable, Equatable {
    /// One server.
    case single(Endpoint)
    /// A master with replicas; sentinels know which server is the master.
    case sentinel(SentinelService)
    /// Masters that share the keys among them. The seeds are some of the nodes, to begin with.
    case cluster(seeds: [Endpoint])
}

/// A master that sentinels look after.
struct SentinelService: Sendable, Equatable {
    /// Where the sentinels are; each is as good as another.
    var sentinels: [Endpoint]
    /// What the sentinels call the master.
    var name: String
    /// For the sentinels; the servers have their own.
    var username: String?
    var password: String?
}
