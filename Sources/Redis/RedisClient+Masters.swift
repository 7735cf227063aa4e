/// What each server must be asked for itself.
extension RedisClient {
    /// Sends commands to every server that takes writes: each master of a cluster, else the one server. They stay next
    /// to each other.
    /// - Returns: for each server its replies; error replies are values.
    /// - Throws: when one of them did not answer; others may have executed the commands then.
    public func sendToEachMaster(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisMasterReplies] {
        var replies: [RedisMasterReplies] = []
        for master in try await masters() {
            replies.append(RedisMasterReplies(server: master.name, values: try await master.link.send(commands)))
        }
        return replies
    }

    /// All keys that match a pattern, on every master, by SCAN: see there for what holds of keys that come and go
    /// meanwhile. A key may appear twice, and one that moves to another node of the cluster meanwhile may be missed.
    /// Keys that are not UTF-8 are left out.
    ///
    /// The sequence ends with an error when a server goes away in the middle; begin again then.
    /// - Parameters:
    ///   - pattern: as for KEYS: `*`, `?`, `[ab]`.
    ///   - count: keys that are looked at, not found, per round trip; the more, the longer Redis is busy with one.
    public func scan(match pattern: String, count: Int = 1000) -> RedisScan {
        RedisScan(client: self, pattern: pattern, count: count)
    }

    func masters() async throws(RedisError) -> [(name: String?, link: CommandLink)] {
        switch route {
        case .link(let link): [(nil, link)]
        case .cluster(let cluster): try await cluster.masters().map { ($0.endpoint.description, $0.link) }
        }
    }
}

/// What one server answered to ``RedisClient/sendToEachMaster(_:)``.
public struct RedisMasterReplies: Sendable, Equatable {
    /// Which node of a cluster, `host:port`; nil when there is only one server to be asked.
    public let server: String?
    /// One per command.
    public let values: [RedisValue]
}
