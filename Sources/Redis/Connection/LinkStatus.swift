import Synchronization

/// What other threads may know about a link.
final class LinkStatus: Sendable {
    private struct State {
        var isConnected = false
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let feed: ConnectionFeed
    private let ownsFeed: Bool
    private let onChange: (@Sendable () -> Void)?

    /// - Parameters:
    ///   - feed: shared with other links; nil for one of its own.
    ///   - onChange: called on the link's thread after each connection and after each end of one or of an attempt. Must
    ///     not block.
    init(feed: ConnectionFeed? = nil, onChange: (@Sendable () -> Void)? = nil) {
        self.feed = feed ?? ConnectionFeed()
        ownsFeed = feed == nil
        self.onChange = onChange
    }

    var isConnected: Bool { state.withLock { $0.isConnected } }

    func connected() {
        state.withLock { $0.isConnected = true }
        feed.connected()
        onChange?()
    }

    func disconnected() {
        unmark()
        onChange?()
    }

    func ended() {
        unmark()
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        if ownsFeed { feed.end() }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once the link's thread has dropped its connection.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if isOver { continuation.resume() }
        }
    }

    /// See ``ConnectionFeed/connections()``.
    func connections() -> AsyncStream<Int> {
        feed.connections()
    }

    private func unmark() {
        let wasConnected = state.withLock { state in
            defer { state.isConnected = false }
            return state.isConnected
        }
        if wasConnected { feed.disconnected() }
    }
}

/// What a connection is used for. ``Connection`` keeps it connected and moves bytes; the role says which, and learns
/// what came back.
///
/// All of it runs on the link's thread.
protocol LinkRole: Sendable {
    /// What other threads ask of the role.
    associatedtype Message: Sendable

    /// Who is at the other end, for messages.
    static var peer: String { get }

    /// Messages from the mailbox, in order.
    mutating func handle(_ messages: [Message], at now: ContinuousClock.Instant)
    /// The connection is ready for use.
    mutating func connected(at now: ContinuousClock.Instant)
    /// The next bytes to send; nil when there is nothing to say. Asked only while ready.
    mutating func nextOutgoing(at now: ContinuousClock.Instant) -> [UInt8]?
    /// A reply. Throws when it makes no sense; the connection is then dropped.
    mutating func received(_ value: RedisValue, at now: ContinuousClock.Instant) throws(RedisError)
    /// The connection broke, or an attempt at one failed.
    mutating func lost(_ error: RedisError, at now: ContinuousClock.Instant)
    /// Looks at the time. Throws to have the connection dropped.
    mutating func check(at now: ContinuousClock.Instant, isReady: Bool) throws(RedisError)
    /// When ``check(at:isReady:)`` wants to be called next.
    var nextDeadline: ContinuousClock.Instant? { get }
    /// The link ends for good; callers that still wait must be told.
    mutating func close()
}

extension LinkRole {
    static var peer: String { "Redis" }
}
