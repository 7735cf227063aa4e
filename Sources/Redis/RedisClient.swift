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
/// because only the caller knows whether that would be harmless. Canceling a task does not take its command back: the
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

    /// Whether there is a connection right now to the server that has this key. For callers that have better things to
    /// do than to wait for one part of a cluster while the others work.
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

/// The keys that ``RedisClient/scan(match:count:)`` finds.
public struct RedisScan: AsyncSequence, Sendable {
    let client: RedisClient
    let pattern: String
    let count: Int

    /// Starts from the beginning.
    public func makeAsyncIterator() -> Iterator {
        Iterator(scan: self)
    }

    /// Goes through one master after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private let scan: RedisScan
        /// Those not finished yet, the present one last; nil before the first call.
        private var links: [CommandLink]?
        private var cursor = "0"
        /// Found and not yet given out.
        private var keys: [String] = []

        fileprivate init(scan: RedisScan) {
            self.scan = scan
        }

        /// The next key; nil at the end.
        public mutating func next() async throws(RedisError) -> String? {
            if links == nil { links = try await scan.client.masters().map(\.link) }
            while keys.isEmpty, let link = links?.last {
                let command = RedisCommand(
                    "SCAN", RedisArgument(cursor), "MATCH", RedisArgument(scan.pattern), "COUNT",
                    RedisArgument(scan.count))
                let page = try await link.send(command).elements ?? []
                guard page.count == 2, let cursor = page[0].text, let found = page[1].elements else {
                    throw RedisError(code: .protocolViolation, message: "SCAN was answered in an unknown form")
                }
                keys = found.compactMap(\.text)
                self.cursor = cursor
                if cursor == "0" { links?.removeLast() }
            }
            return keys.popLast()
        }
    }
}

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
