import FoundationEssentials

/// Where Redis is and how long to wait for it.
public struct RedisConfiguration: Sendable {
    /// Where to connect to.
    enum Endpoint: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    var endpoint: Endpoint
    var username: String?
    var password: String?
    var database: Int

    /// How long one attempt at a connection may take, greeting included.
    public var connectTimeout: Duration = .seconds(1)
    /// How long a command may wait to be sent, and after that how long Redis may stay silent while a reply is due.
    public var commandTimeout: Duration = .seconds(2)
    /// Most commands that may wait to be sent; more are refused as ``RedisError/Code/overloaded``.
    public var maximumQueued = 100_000
    /// Shown by `CLIENT LIST`. No spaces.
    public var clientName = "cartwright"

    /// Reads `redis://[user:password@]host[:port][/database]` or `unix:///path/to/socket[?db=database]`. Host defaults to 127.0.0.1, port to 6379,
    /// database to 0; user and password may be percent-encoded.
    ///
    /// - Throws: `.invalidURL`, whose message never repeats the password.
    public init(url: String) throws(RedisError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw Self.invalid("it cannot be read as a URL")
        }
        username = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
        switch scheme {
        case "redis":
            let port = parts.port ?? 6379
            guard (1...65535).contains(port) else { throw Self.invalid("the port must lie in 1…65535") }
            var host = parts.host ?? ""
            if host.hasPrefix("[") && host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            endpoint = .tcp(host: host.isEmpty ? "127.0.0.1" : host, port: port)
            let path = parts.path.drop { $0 == "/" }
            database = try Self.databaseNumber(path.isEmpty ? "0" : String(path))
        case "unix", "redis+unix":
            guard parts.path.hasPrefix("/") else { throw Self.invalid("the path of a Unix socket must be absolute") }
            endpoint = .unix(path: parts.path)
            database = try Self.databaseNumber(parts.queryItems?.first { $0.name == "db" }?.value ?? "0")
        case "rediss":
            throw Self.invalid("this build's hiredis has no TLS; use redis:// through a local TLS tunnel")
        default:
            throw Self.invalid("the scheme must be redis or unix")
        }
    }

    private static func databaseNumber(_ text: String) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else { throw invalid("the database must be a number such as 0") }
        return number
    }

    private static func invalid(_ reason: String) -> RedisError {
        RedisError(code: .invalidURL, message: "expected a Redis URL such as redis://127.0.0.1:6379/0, but \(reason)")
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// Where it points to, without user or password.
    public var description: String {
        switch endpoint {
        case .tcp(let host, let port): "redis://\(host):\(port)/\(database)"
        case .unix(let path): "unix://\(path)?db=\(database)"
        }
    }

    /// Hides user and password from `dump` too.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
