import Logging

/// How commands get to where they belong.
enum Route: Sendable {
    /// One server, or whichever the sentinels name: one connection.
    case link(CommandLink)
    /// As many connections as there are masters.
    case cluster(ClusterRouter)

    /// Starts to connect.
    /// - Parameters:
    ///   - threadName: at most 15 bytes.
    ///   - connectsAhead: in a cluster, to all masters at once.
    init(_ configuration: RedisConfiguration, threadName: String, connectsAhead: Bool, logger: Logger) {
        if case .cluster(let seeds) = configuration.topology {
            self = .cluster(
                ClusterRouter(
                    configuration, seeds: seeds, threadName: threadName, connectsAhead: connectsAhead, logger: logger))
        } else {
            self = .link(CommandLink(configuration, name: threadName, logger: logger))
        }
    }

    var isConnected: Bool {
        switch self {
        case .link(let link): link.status.isConnected
        case .cluster(let cluster): cluster.nodes.feed.isConnected
        }
    }

    func close() async {
        switch self {
        case .link(let link): await link.close()
        case .cluster(let cluster): await cluster.nodes.close()
        }
    }
}
