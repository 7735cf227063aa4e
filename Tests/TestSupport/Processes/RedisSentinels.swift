package import Redis

/// A master with replicas and three sentinels that watch them, all real and on free ports of 127.0.0.1. Gone when
/// nobody holds it any more.
///
///     let redis = try await RedisSentinels.start()
///     let client = RedisClient(try RedisConfiguration(url: redis.url), logger: logger)
///     let next = try await redis.failOver()                  // kills the master, waits for the next one
package final class RedisSentinels: Sendable {
    /// What the sentinels call the master.
    package static let service = "shop"
    /// The master at the start, then its replicas.
    package let servers: [RedisServer]
    /// Any two of them decide.
    package let sentinels: [RedisServer]

    /// Starts all of it and waits until the sentinels know each other and the replicas are in step.
    /// - Parameters:
    ///   - downAfter: milliseconds without an answer after which a sentinel takes a server for dead.
    ///   - sentinelPassword: what the sentinels ask of their clients, and of each other.
    package static func start(replicas: Int = 1, downAfter: Int = 500, sentinelPassword: String? = nil) async throws
        -> RedisSentinels
    {
        let master = try await RedisServer.start(["repl-diskless-sync-delay 0"])
        var servers = [master]
        for _ in 0..<replicas {
            servers.append(
                try await RedisServer.start(["repl-diskless-sync-delay 0", "replicaof 127.0.0.1 \(master.port)"]))
        }
        // Sentinels ask for new replicas every ten seconds only, so these must be known to the master when they ask for
        // the first time.
        for replica in servers.dropFirst() {
            try await eventually(within: .seconds(20), "the replica is in step") {
                try await replica.field("master_link_status", of: RedisCommand("INFO", "replication")) == "up"
            }
        }
        var sentinels: [RedisServer] = []
        for _ in 0..<3 {
            sentinels.append(
                try await RedisServer.start(
                    .sentinel,
                    [
                        "sentinel monitor \(service) 127.0.0.1 \(master.port) 2",
                        "sentinel down-after-milliseconds \(service) \(downAfter)",
                        "sentinel failover-timeout \(service) 3000",
                    ] + (sentinelPassword.map { ["requirepass \($0)", "sentinel sentinel-pass \($0)"] } ?? [])))
        }
        let set = RedisSentinels(servers: servers, sentinels: sentinels, sentinelPassword: sentinelPassword)
        for sentinel in sentinels {
            try await eventually(within: .seconds(20), "the sentinels know each other and the replicas") {
                let fields = try await set.fields(of: sentinel)
                return fields["num-other-sentinels"] == "2" && fields["num-slaves"] == "\(replicas)"
            }
        }
        return set
    }

    private let sentinelPassword: String?

    private init(servers: [RedisServer], sentinels: [RedisServer], sentinelPassword: String?) {
        self.servers = servers
        self.sentinels = sentinels
        self.sentinelPassword = sentinelPassword
    }

    /// `redis+sentinel://…/shop/0`
    package var url: String {
        let list = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        return "redis+sentinel://\(list)/\(Self.service)/0"
            + (sentinelPassword.map { "?sentinel-password=\($0)" } ?? "")
    }

    /// The master by what the sentinels say. One that is going out of office names itself no more.
    package func master() async throws -> RedisServer {
        try await eventually(within: .seconds(20), "a server is the master") {
            for sentinel in sentinels {
                let fields = try await fields(of: sentinel)
                guard let server = servers.first(where: { "\($0.port)" == fields["port"] }) else { continue }
                // It is dead and its successor not yet known, as long as this fails.
                if let role = try? await server.send(RedisCommand("ROLE")).elements?.first?.text, role == "master" {
                    return server
                }
            }
            return nil
        }
    }

    /// Kills the master and waits for the next one.
    @discardableResult
    package func failOver() async throws -> RedisServer {
        let old = try await master()
        try await old.kill()
        return try await master()
    }

    private func fields(of sentinel: RedisServer) async throws -> [String: String] {
        let words =
            try await send(RedisCommand("SENTINEL", "MASTER", .init(Self.service)), to: sentinel).elements?.map {
                $0.text ?? ""
            } ?? []
        return Dictionary(stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }) { first, _ in
            first
        }
    }

    /// Sends a command to one of the sentinels.
    @discardableResult
    package func send(_ command: RedisCommand, to sentinel: RedisServer) async throws -> RedisValue {
        try await sentinel.send(command, password: sentinelPassword)
    }
}
