/// A connection for subscriptions.
struct SubscriberRole: LinkRole {
    /// One stream and the channels it listens to.
    struct Listener: Sendable {
        let channels: [String]
        let continuation: AsyncStream<RedisMessage>.Continuation
    }

    /// A task that waits until the server knows of these channels.
    struct Wait: Sendable {
        let channels: Set<String>
        let continuation: CheckedContinuation<Result<Void, RedisError>, Never>
    }

    enum Message: Sendable {
        case await(Wait)
        case add(UInt64, Listener)
        case remove(UInt64)
    }

    private var state: SubscriptionState
    private var listeners: [UInt64: Listener] = [:]
    private var waits: [(wait: Wait, deadline: ContinuousClock.Instant)] = []
    private let patience: Duration

    init(_ configuration: RedisConfiguration) {
        patience = configuration.commandTimeout
        state = SubscriptionState(silence: configuration.commandTimeout, at: .now)
    }

    mutating func handle(_ messages: [Message], at now: ContinuousClock.Instant) {
        for message in messages {
            switch message {
            case .add(let id, let listener):
                listeners[id] = listener
                state.add(listener.channels)
            case .remove(let id):
                if let listener = listeners.removeValue(forKey: id) { state.remove(listener.channels) }
            case .await(let wait):
                waits.append((wait, now + patience))
            }
        }
        endConfirmedWaits()
    }

    mutating func connected(at now: ContinuousClock.Instant) {
        state.connected(at: now)
    }

    mutating func nextOutgoing(at now: ContinuousClock.Instant) -> [UInt8]? {
        state.next(at: now)?.encoded
    }

    mutating func received(_ value: RedisValue, at now: ContinuousClock.Instant) throws(RedisError) {
        state.heard(at: now)
        if case .error(let reply) = value { throw RedisError(reply: reply, command: "SUBSCRIBE") }
        // ["message", channel, payload], ["subscribe", channel, count]; the answers to UNSUBSCRIBE and PING need no
        // action.
        guard let parts = value.elements, parts.count == 3, let channel = parts[1].text else { return }
        switch parts[0].text {
        case "message":
            let message = RedisMessage(channel: channel, payload: parts[2].bytes ?? [])
            for listener in listeners.values where listener.channels.contains(channel) {
                listener.continuation.yield(message)
            }
        case "subscribe":
            state.confirm(channel)
            endConfirmedWaits()
        default:
            break
        }
    }

    mutating func lost(_ error: RedisError, at now: ContinuousClock.Instant) {
        state.lost()
    }

    mutating func check(at now: ContinuousClock.Instant, isReady: Bool) throws(RedisError) {
        endWaits(RedisError(code: .timeout, message: "Redis did not confirm a subscription within \(patience)")) {
            _, deadline in
            deadline <= now
        }
        if isReady && state.isDead(at: now) {
            throw RedisError(code: .timeout, message: "Redis did not answer a PING on the subscribing connection")
        }
    }

    var nextDeadline: ContinuousClock.Instant? {
        [state.nextDeadline, waits.first?.deadline].compactMap { $0 }.min()
    }

    mutating func close() {
        for listener in listeners.values { listener.continuation.finish() }
        listeners.removeAll()
        endWaits(RedisError(code: .closed, message: "the Redis subscriber was closed")) { _, _ in true }
    }

    private mutating func endConfirmedWaits() {
        let confirmed = state.confirmed
        endWaits(nil) { channels, _ in channels.isSubset(of: confirmed) }
    }

    private mutating func endWaits(_ error: RedisError?, where isOver: (Set<String>, ContinuousClock.Instant) -> Bool) {
        guard !waits.isEmpty else { return }
        for (wait, deadline) in waits where isOver(wait.channels, deadline) {
            wait.continuation.resume(returning: error.map { .failure($0) } ?? .success(()))
        }
        waits.removeAll { isOver($0.wait.channels, $0.deadline) }
    }
}
