public import Logging
import Synchronization

/// A connection of its own for commands that wait inside Redis, such as BLMOVE and BLPOP. For one task at a time: a second command waits for the
/// first one's end.
public final class RedisBlockingConnection: Sendable {
    private let link: CommandLink
    private let lastID = Atomic<UInt64>(0)

    /// How much longer than the server's own limit a reply may take before the connection counts as half-open.
    private static let grace = Duration.seconds(1)

    /// Starts to connect.
    public init(_ configuration: RedisConfiguration, logger: Logger) {
        link = CommandLink(configuration, name: "redis-blocking", logger: logger)
    }

    /// Sends a command that may block.
    ///
    /// When the calling task is cancelled, the connection is dropped, which unblocks the server too, and the call ends at once with
    /// `.cancelled`. An element that the server was popping at that very moment is then gone with ``RedisError/maybeExecuted`` as the
    /// only trace; use commands such as BLMOVE, which leave it in another list.
    ///
    /// - Parameter timeout: the limit that stands in the command itself. A second more without a reply, and the connection is given up as dead.
    /// - Returns: `.null` when the server's limit passed with nothing to pop.
    public func send(_ command: RedisCommand, timeout: Duration) async throws(RedisError) -> RedisValue {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let result: Result<RedisValue, RedisError> = await withTaskCancellationHandler {
            if Task.isCancelled { return .failure(RedisError(code: .cancelled, message: "the task was cancelled")) }
            do throws(RedisError) {
                return .success(try await link.send(command, limit: timeout + Self.grace, id: id))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            link.cancel(id)
        }
        return try result.get()
    }

    /// Whether there is a connection right now.
    public var isConnected: Bool { link.status.isConnected }

    /// Fails a command under way as `.closed` and returns once the connection is gone. Safe to repeat.
    public func close() async {
        await link.close()
    }
}
