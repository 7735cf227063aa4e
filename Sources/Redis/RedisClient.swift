public import Logging

/// A client for everything but blocking commands and subscriptions. Any number of tasks share its one connection, and their commands travel
/// together: what is sent while replies are outstanding goes out at once, in the order of the calls.
///
/// It connects in the background and again whenever the connection breaks, at most a second apart. Meanwhile commands wait for up to
/// ``RedisConfiguration/commandTimeout``; once there has been no connection for that long, new ones fail at once.
///
/// A command that was sent and got no reply fails with ``RedisError/maybeExecuted``; it is never sent again from here, because only the caller
/// knows whether that would be harmless. Cancelling a task does not take its command back: the call returns with the reply,
/// or when one of the two time limits passes.
public final class RedisClient: Sendable {
    private let link: CommandLink

    /// Starts to connect.
    public init(_ configuration: RedisConfiguration, logger: Logger) {
        link = CommandLink(configuration, name: "redis", logger: logger)
    }

    /// Sends one command.
    /// - Throws: also `.server` when Redis answers with an error.
    public func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        try await link.send(command)
    }

    /// Sends commands that stay next to each other on the wire. That is no transaction: other clients' commands may run in between.
    /// - Returns: one value per command. Error replies are values here, ``RedisValue/error(_:)``, so that one failure does not hide the others' results.
    public func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        try await link.send(commands)
    }

    /// Runs a script by its SHA-1, and when Redis does not know it (a new server, `SCRIPT FLUSH`) once more with its text.
    /// - Throws: also `.server`, with the script's name in the message.
    public func evaluate(_ script: RedisScript, keys: [String], arguments: [RedisArgument]) async throws(RedisError) -> RedisValue {
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
            return try await link.send(script.command(bySource: bySource, keys: keys, arguments: arguments))
        } catch {
            guard case .server = error.code else { throw error }
            throw RedisError(code: error.code, message: "script \(script.name): \(error.message)")
        }
    }

    /// Whether there is a connection right now. It may break before the next command all the same.
    public var isConnected: Bool { link.status.isConnected }

    /// An element for the present connection, if there is one, and for each later one: its number, from 1. For checks that must be repeated
    /// whenever the server may be another. Ends when the client is closed.
    public func connections() -> AsyncStream<Int> {
        link.status.connections()
    }

    /// Fails everything under way as `.closed` and returns once the connection is gone. Safe to repeat.
    public func close() async {
        await link.close()
    }
}
