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
    /// cluster the first of the two includes all redirections and waits for the cluster to heal.
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
    /// -
    ///   `redis+sentinel://[user:password@]host[:port][,host[:port]…]/service[/database][?sentinel-user=…&sentinel-password=…]`:
    ///   the master that these sentinels call `service`. Their port defaults to 26379. User and password are those of
    ///   the servers; sentinels that want a password have their own;
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
