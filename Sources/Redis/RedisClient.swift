public import Logging

/// A client for everything but blocking commands and subscriptions. Any number of tasks share its one connection, and
/// their commands travel together: what is sent while replies are outstanding goes out at once, in the order of the
/// calls.
///
/// It connects in the background and again whenever the connection breaks, at most a second apart. Meanwhile commands
/// wait for up to ``RedisConfiguration/commandTimeout``; once there has been no connection for that long, new ones fail
/// at once.
///
/// A command that was sent and got no reply fails with ``RedisError/maybeExecuted``; it is never sent again from here,
/// because only the caller knows whether that would be harmless. Cancelling a task does not take its command back: the
/// call returns with the reply, or when one of the two time limits passes.
///
/// Over sentinels the connection follows the master. A cluster takes one connection per master; each command goes to
/// the master that serves its key, and is sent again when it was not executed because the key is elsewhere by now, for
/// up to ``RedisConfiguration/commandTimeout``.
public final class RedisClient: Sendable {
    let route: Route

    /// Starts to connect.
    public init(_ configuration: RedisConfiguration, logger: Logger) {
        route = Route(configuration, threadName: "redis", connectsAhead: true, logger: logger)
    }

    /// Sends one command. In a cluster it goes by its first key, without one to any master.
    /// - Throws: also `.server` when Redis answers with an error, and `.unroutable` for what a cluster does not take;
    ///   see ``sendToEachMaster(_:)``.
    public func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        switch route {
        case .link(let link): try await link.send(command)
        case .cluster(let cluster): try await cluster.send(command)
        }
    }

    /// Sends commands that stay next to each other on the wire. That is no transaction: other clients' commands may run
    /// in between.
    ///
    /// In a cluster only commands of one slot stay together: each master gets those that are its own, in one piece, at
    /// the same time as the others.
    /// - Returns: one value per command, in their order. Error replies are values here, ``RedisValue/error(_:)``, so
    ///   that one failure does not hide the others' results.
    public func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        switch route {
        case .link(let link): try await link.send(commands)
        case .cluster(let cluster): try await cluster.send(commands)
        }
    }

    /// Runs a script by its SHA-1, and when Redis does not know it (a new server, `SCRIPT FLUSH`) once more with its
    /// text.
    /// - Throws: also `.server`, with the script's name in the message, and `.unroutable` when a cluster has the keys
    ///   in different slots: let them share a hash tag, as in `{shop}:a` and `{shop}:b`.
    public func evaluate(_ script: RedisScript, keys: [String], arguments: [RedisArgument]) async throws(RedisError)
        -> RedisValue
    {
        if case .cluster = route { try script.checkSlots(of: keys) }
        do throws(RedisError) {
            return try await run(script, bySource: false, keys: keys, arguments: arguments)
        } catch  where error.code == .server("NOSCRIPT") {
            return try await run(script, bySource: true, keys: keys, arguments: arguments)
        }
    }

    private func run(
        _ script: RedisScript, bySource: Bool, keys: [String], arguments: [RedisArgument]
    ) async throws(RedisError) -> RedisValue {
        do throws(RedisError) {
            return try await send(script.command(bySource: bySource, keys: keys, arguments: arguments))
        } catch {
            guard case .server = error.code else { throw error }
            throw RedisError(code: error.code, message: "script \(script.name): \(error.message)")
        }
    }

    /// Whether there is a connection right now; in a cluster, to any node. It may break before the next command all the
    /// same.
    public var isConnected: Bool { route.isConnected }

    /// Whether there is a connection right now to the server that has this key. For whoever has better things to do
    /// than to wait for one part of a cluster while the others work.
    public func isConnected(for key: String) -> Bool {
        guard case .cluster(let cluster) = route else { return isConnected }
        return cluster.nodes.node(for: HashSlot.of(key.utf8))?.link.status.isConnected ?? false
    }

    /// An element for the present connection, if there is one, and for each later one: its number, from 1. For checks
    /// that must be repeated whenever the server may be another. In a cluster all nodes' connections count. Ends when
    /// the client is closed.
    public func connections() -> AsyncStream<Int> {
        switch route {
        case .link(let link): link.status.connections()
        case .cluster(let cluster): cluster.nodes.feed.connections()
        }
    }

    /// Fails everything under way as `.closed` and returns once the connection is gone. Safe to repeat.
    public func close() async {
        await route.close()
    }
}
