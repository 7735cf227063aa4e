import FoundationEssentials

/// Where Redis is and how long to wait for it.
public struct RedisConfiguration: Sendable {
    var topology: Topology
    var username: String?
    var password: String?
    var database: Int
    /// nil where nothing is encrypted.
    var tls: TLSSettings?

    /// How long one attempt at a connection may take, greeting included.
    public var connectTimeout: Duration = .seconds(1)
    /// How long a command may wait to be sent, and after that how long Redis may stay silent while a reply is due. In a
    /// cluster the first of the two includes all redirections and waits for the cluster to recover.
    public var commandTimeout: Duration = .seconds(2)
    /// Most commands that may wait to be sent to one server; more are refused as ``RedisError/Code/overloaded``.
    public var maximumQueued = 100_000
    /// Shown by `CLIENT LIST`. No spaces.
    public var clientName = "cartwright"

    /// Reads one of
    ///
    /// - `redis://[user:password@]host[:port][/database]`: one server. Host defaults to 127.0.0.1, port to 6379,
    ///   database to 0;
    /// - `unix:///path/to/socket[?db=database]`: one server on this machine;
    /// - `redis+sentinel://[user:password@]host[:port][,host[:port]…]/service[/database]`: the master that these
    ///   sentinels call `service`. Their port defaults to 26379. User and password are those of the servers; sentinels
    ///   that want a password have their own, `?sentinel-user=…&sentinel-password=…`;
    /// - `redis+cluster://[user:password@]host[:port][,host[:port]…]`: the cluster that these nodes belong to. Name
    ///   several: one that is up is enough to find all others. A cluster has database 0 only.
    ///
    /// With `rediss` in place of `redis` all connections are encrypted and the servers' certificates checked, against
    /// the authorities of the system unless `?ca=/path/to/ca.pem` names others, and for the host that is connected to,
    /// unless `server-name=…` says whom they are for, as sentinels and clusters need that tell addresses.
    /// `cert=/path&key=/path` is shown to servers that ask for it.
    ///
    /// Users, passwords and service names may be percent-encoded.
    ///
    /// - Throws: `.invalidURL`, whose message never repeats a password.
    public init(url: String) throws(RedisError) {
        switch url.prefix(while: { $0 != ":" }).lowercased() {
        case "redis+sentinel", "rediss+sentinel": try self.init(sentinelURL: url)
        case "redis+cluster", "rediss+cluster": try self.init(clusterURL: url)
        default: try self.init(singleURL: url)
        }
    }

    /// The same, for one node of the cluster.
    func node(_ endpoint: Endpoint) -> RedisConfiguration {
        var node = self
        node.topology = .single(endpoint)
        return node
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// Where it points to, without users or passwords.
    public var description: String {
        func list(_ endpoints: [Endpoint]) -> String { endpoints.map(\.description).joined(separator: ",") }
        let scheme = tls == nil ? "redis" : "rediss"
        return switch topology {
        case .single(.unix(let path)): "unix://\(path)?db=\(database)"
        case .single(let endpoint): "\(scheme)://\(endpoint)/\(database)"
        case .sentinel(let service): "\(scheme)+sentinel://\(list(service.sentinels))/\(service.name)/\(database)"
        case .cluster(let seeds): "\(scheme)+cluster://\(list(seeds))"
        }
    }

    /// Hides users and passwords from `dump` too.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

/// The three kinds of URL; see ``RedisConfiguration/init(url:)``.
extension RedisConfiguration {
    init(singleURL url: String) throws(RedisError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw Self.invalid("it cannot be read as a URL")
        }
        username = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
        switch scheme {
        case "redis", "rediss":
            let port = parts.port ?? 6379
            guard (1...65535).contains(port) else { throw Self.invalid("the port must lie in 1…65535") }
            var host = parts.host ?? ""
            if host.hasPrefix("[") && host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            topology = .single(.tcp(host: host.isEmpty ? "127.0.0.1" : host, port: port))
            let path = parts.path.drop { $0 == "/" }
            database = try Self.databaseNumber(path.isEmpty ? "0" : String(path))
            if scheme == "rediss" {
                var query: [String: String] = [:]
                for item in parts.queryItems ?? [] { query[item.name] = item.value ?? "" }
                do throws(RedisURL.Problem) {
                    tls = try TLSSettings(&query)
                    if !query.isEmpty {
                        throw RedisURL.Problem(text: "its query may hold only ca, cert, key and server-name")
                    }
                } catch {
                    throw Self.invalid(error.text, example: "rediss://redis.example:6379/0?ca=/etc/ssl/redis-ca.pem")
                }
            } else {
                tls = nil
                // An operator who names an authority does not mean to send passwords in the open.
                guard
                    parts.queryItems?.contains(where: { ["ca", "cert", "key", "server-name"].contains($0.name) })
                        != true
                else {
                    throw Self.invalid("ca, cert, key and server-name belong to rediss://")
                }
            }
        case "unix", "redis+unix":
            guard parts.path.hasPrefix("/") else { throw Self.invalid("the path of a Unix socket must be absolute") }
            topology = .single(.unix(path: parts.path))
            database = try Self.databaseNumber(parts.queryItems?.first { $0.name == "db" }?.value ?? "0")
            tls = nil
        default:
            throw Self.invalid(
                "the scheme must be redis, unix, redis+sentinel or redis+cluster, or rediss, rediss+sentinel or "
                    + "rediss+cluster for TLS"
            )
        }
    }

    init(sentinelURL url: String) throws(RedisError) {
        let example = "redis+sentinel://10.0.0.1:26379,10.0.0.2:26379/service/0"
        do throws(RedisURL.Problem) {
            let parts = try RedisURL(url)
            var query = parts.query
            tls = parts.scheme.hasPrefix("rediss") ? try TLSSettings(&query) : nil
            let known: Set = ["sentinel-user", "sentinel-password"]
            guard known.isSuperset(of: query.keys) else {
                throw RedisURL.Problem(
                    text:
                        "its query may hold only sentinel-user and "
                        + "sentinel-password\(tls == nil ? "" : ", ca, cert, key and server-name")"
                )
            }
            let service = parts.path.first ?? ""
            guard !service.isEmpty, !service.contains(where: \.isWhitespace) else {
                throw RedisURL.Problem(text: "the name that the sentinels have for the master is missing")
            }
            guard parts.path.count <= 2 else { throw RedisURL.Problem(text: "there is more behind the database") }
            if parts.query["sentinel-user"] != nil && parts.query["sentinel-password"] == nil {
                throw RedisURL.Problem(text: "there is a sentinel-user without a sentinel-password")
            }
            (username, password) = (parts.username, parts.password)
            topology = .sentinel(
                SentinelService(
                    sentinels: try parts.endpoints(defaultPort: 26379), name: service,
                    username: parts.query["sentinel-user"],
                    password: parts.query["sentinel-password"]))
            let number = parts.path.dropFirst().first ?? "0"
            guard let number = Int(number), number >= 0 else {
                throw RedisURL.Problem(text: "the database must be a number such as 0")
            }
            database = number
        } catch {
            throw Self.invalid(error.text, example: example)
        }
    }

    init(clusterURL url: String) throws(RedisError) {
        let example = "redis+cluster://10.0.0.1:6379,10.0.0.2:6379"
        do throws(RedisURL.Problem) {
            let parts = try RedisURL(url)
            guard parts.path.isEmpty || parts.path == ["0"] else {
                throw RedisURL.Problem(text: "a cluster has database 0 only")
            }
            var query = parts.query
            tls = parts.scheme.hasPrefix("rediss") ? try TLSSettings(&query) : nil
            guard query.isEmpty else {
                throw RedisURL.Problem(
                    text: tls == nil
                        ? "it must not have a query" : "its query may hold only ca, cert, key and server-name")
            }
            (username, password) = (parts.username, parts.password)
            topology = .cluster(seeds: try parts.endpoints(defaultPort: 6379))
            database = 0
        } catch {
            throw Self.invalid(error.text, example: example)
        }
    }

    private static func databaseNumber(_ text: String) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else { throw invalid("the database must be a number such as 0") }
        return number
    }

    private static func invalid(_ reason: String, example: String = "redis://127.0.0.1:6379/0") -> RedisError {
        RedisError(code: .invalidURL, message: "expected a Redis URL such as \(example), but \(reason)")
    }
}

extension TLSSettings {
    /// Takes what is about TLS out of a URL's query.
    fileprivate init(_ query: inout [String: String]) throws(RedisURL.Problem) {
        authorities = try Self.path("ca", &query)
        certificate = try Self.path("cert", &query)
        key = try Self.path("key", &query)
        serverName = query.removeValue(forKey: "server-name")
        if serverName?.isEmpty == true { throw RedisURL.Problem(text: "server-name is empty") }
        if (certificate == nil) != (key == nil) { throw RedisURL.Problem(text: "cert and key go together") }
    }

    private static func path(_ name: String, _ query: inout [String: String]) throws(RedisURL.Problem) -> String? {
        guard let path = query.removeValue(forKey: name) else { return nil }
        guard path.hasPrefix("/") else {
            throw RedisURL.Problem(text: "\(name) must be the absolute path of a PEM file")
        }
        return path
    }
}
