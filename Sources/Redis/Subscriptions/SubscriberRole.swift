/// A connection for subscriptions.
struct SubscriberRole: LinkRole {
    /// One stream and the channels it listens to.
    struct Listener: Sendable {
        let channels: [String]
        let continuation: AsyncStream<RedisMessage>.Continuation
    }

    enum Message: Sendable {
        case add(UInt64, Listener)
        case remove(UInt64)
    }

    private var state: SubscriptionState
    private var listeners: [UInt64: Listener] = [:]

    init(_ configuration: RedisConfiguration) {
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
            }
        }
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
        // ["message", channel, payload]; the answers to SUBSCRIBE, UNSUBSCRIBE and PING need no action.
        guard let parts = value.elements, parts.count == 3, parts[0].text == "message", let channel = parts[1].text,
            let payload = parts[2].bytes
        else { return }
        let message = RedisMessage(channel: channel, payload: payload)
        for listener in listeners.values where listener.channels.contains(channel) {
            listener.continuation.yield(message)
        }
    }

    mutating func lost(_ error: RedisError, at now: ContinuousClock.Instant) {
        state.lost()
    }

    mutating func check(at now: ContinuousClock.Instant, isReady: Bool) throws(RedisError) {
        if isReady && state.isDead(at: now) {
            throw RedisError(code: .timeout, message: "Redis did not answer a PING on the subscribing connection")
        }
    }

    var nextDeadline: ContinuousClock.Instant? { state.nextDeadline }

    mutating func close() {
        for listener in listeners.values { listener.continuation.finish() }
        listeners.removeAll()
    }
}
