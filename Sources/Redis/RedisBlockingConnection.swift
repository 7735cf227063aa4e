public import Logging

/// A connection of its own for commands that wait inside Redis, such as BLMOVE and BLPOP. For one task at a time: a
/// second command waits for the first one's end.
///
/// Over sentinels it goes to the new master after a fail-over; in a cluster to the node that serves the command's key,
/// with a connection to each such node.
public final class RedisBlockingConnection: Sendable {
    private let route: Route

    /// How much longer than the server's own limit a reply may take before the connection counts as half-open.
    private static let grace = Duration.seconds(1)

    /// Starts to connect.
    public init(_ configuration: RedisConfiguration, logger: Logger) {
        route = Route(configuration, threadName: "redis-blocking", connectsAhead: false, logger: logger)
    }

    /// Sends a command that may block.
    ///
    /// When the calling task is canceled, the connection is dropped, which unblocks the server too, and the call ends
    /// at once with `.canceled`. An element that the server was popping at that very moment is then gone with
    /// ``RedisError/maybeExecuted`` as the only trace; use commands such as BLMOVE, which leave it in another list.
    ///
    /// - Parameter timeout: the limit that stands in the command itself. A second more without a reply, and the
    ///   connection is given up as dead.
    /// - Returns: `.null` when the server's limit passed with nothing to pop.
    public func send(_ command: RedisCommand, timeout: Duration) async throws(RedisError) -> RedisValue {
        let limit = timeout + Self.grace
        switch route {
        case .link(let link):
            let value = try await link.sendBlocking([command], limit: limit)
            if case .error(let reply) = value { throw RedisError(reply: reply, command: command.name) }
            return value
        case .cluster(let cluster):
            return try await cluster.send(command, blockingLimit: limit)
        }
    }

    /// Whether there is a connection right now; in a cluster, to any node.
    public var isConnected: Bool { route.isConnected }

    /// Fails a command under way as `.closed` and returns once the connection is gone. Safe to repeat.
    public func close() async {
        await route.close()
    }
}
