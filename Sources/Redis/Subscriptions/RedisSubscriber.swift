public import Logging
import Synchronization
import Threading

/// Listens to Redis' publish/subscribe on a connection of its own, and subscribes again after every reconnect.
///
/// Over sentinels it listens at the master. In a cluster any node passes on what is published at any other, so it
/// listens at one, and goes to the next of those in the URL when that one fails.
///
/// What is published while there is no connection is lost; that is Redis' promise, not ours. Use it as a hint to look,
/// never as the fact itself.
public final class RedisSubscriber: Sendable {
    private let mailbox = Mailbox<SubscriberRole.Message>()
    private let status = LinkStatus()
    private let lastID = Atomic<UInt64>(0)

    /// Messages kept for a listener who does not keep up; older ones are dropped.
    private static let buffer = 10_000

    /// Starts to connect.
    public init(_ configuration: RedisConfiguration, logger: Logger) {
        ConnectionThread.start(
            name: "redis-subscribe", role: SubscriberRole(configuration), configuration: configuration,
            mailbox: mailbox, status: status,
            logger: logger)
    }

    deinit {
        Self.finish(mailbox.close())
    }

    /// Starts to listen. The subscription ends with the stream: when it is dropped or its task is canceled.
    /// - Returns: messages from the moment the server knows of the subscription, which is soon after this call; see
    ///   ``confirmed(_:)``. Ends when the subscriber is closed.
    public func subscribe(to channels: [String]) -> AsyncStream<RedisMessage> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RedisMessage.self, bufferingPolicy: .bufferingNewest(Self.buffer))
        let id = lastID.add(1, ordering: .relaxed).newValue
        let message = SubscriberRole.Message.add(
            id, SubscriberRole.Listener(channels: Array(Set(channels)), continuation: continuation))
        guard mailbox.post(message) else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [mailbox] _ in
            mailbox.post(.remove(id))
        }
        return stream
    }

    /// Returns once the server has confirmed these channels, which some stream must be listening to: what is published
    /// after that will come. For a caller that must look at the truth once more after subscribing, so as to miss
    /// nothing.
    ///
    /// - Throws: `.timeout` when that takes longer than ``RedisConfiguration/commandTimeout``, `.closed`.
    public func confirmed(_ channels: [String]) async throws(RedisError) {
        let result = await withCheckedContinuation { continuation in
            let wait = SubscriberRole.Wait(channels: Set(channels), continuation: continuation)
            if !mailbox.post(.await(wait)) { Self.finish([.await(wait)]) }
        }
        try result.get()
    }

    /// Whether there is a connection right now.
    public var isConnected: Bool { status.isConnected }

    /// An element for the present connection, if there is one, and for each later one: its number, from 1. Between two
    /// of them messages may have been missed. Ends when the subscriber is closed.
    public func connections() -> AsyncStream<Int> {
        status.connections()
    }

    /// Ends all streams and returns once the connection is gone. Safe to repeat.
    public func close() async {
        Self.finish(mailbox.close())
        await status.waitUntilEnded()
    }

    /// What was posted but never reached the thread.
    private static func finish(_ messages: [SubscriberRole.Message]) {
        for message in messages {
            switch message {
            case .add(_, let listener): listener.continuation.finish()
            case .await(let wait):
                wait.continuation.resume(
                    returning: .failure(RedisError(code: .closed, message: "the Redis subscriber was closed")))
            case .remove: break
            }
        }
    }
}

/// A published message.
public struct RedisMessage: Sendable, Equatable {
    /// Where.
    public let channel: String
    /// What.
    public let payload: [UInt8]

    /// Puts a message together.
    public init(channel: String, payload: [UInt8]) {
        self.channel = channel
        self.payload = payload
    }

    /// The payload as text; nil when it is not UTF-8.
    public var text: String? { String(validating: payload, as: UTF8.self) }
}
