/// Decides what a subscribing connection says: the difference between the channels that are wanted and those the server
/// was told of, and a PING now and then, since a connection on which nothing is published looks just like a dead one.
struct SubscriptionState: Sendable {
    typealias Instant = ContinuousClock.Instant

    private var wanted: [String: Int] = [:]
    private var told: Set<String> = []
    /// Channels the server has answered for on this connection.
    private(set) var confirmed: Set<String> = []
    /// Channels that may have to be subscribed or unsubscribed.
    private var changed: Set<String> = []
    private var lastHeard: Instant
    /// A PING is on its way since this moment.
    private var pingedAt: Instant?
    private var isConnected = false
    private let silence: Duration

    /// - Parameter silence: after so long without a word from the server it is asked for one, and has as long again to
    ///   answer.
    init(silence: Duration, at now: Instant) {
        self.silence = silence
        lastHeard = now
    }

    /// One more listener wants these channels.
    mutating func add(_ channels: [String]) {
        for channel in channels {
            wanted[channel, default: 0] += 1
            changed.insert(channel)
        }
    }

    /// A listener is gone.
    mutating func remove(_ channels: [String]) {
        for channel in channels {
            guard let count = wanted[channel] else { continue }
            wanted[channel] = count > 1 ? count - 1 : nil
            changed.insert(channel)
        }
    }

    /// A new connection knows of no channel.
    mutating func connected(at now: Instant) {
        isConnected = true
        told.removeAll()
        confirmed.removeAll()
        changed = Set(wanted.keys)
        lastHeard = now
        pingedAt = nil
    }

    mutating func lost() {
        isConnected = false
        confirmed.removeAll()
        pingedAt = nil
    }

    /// The server answered a SUBSCRIBE: whatever is published from now on will come.
    mutating func confirm(_ channel: String) {
        if told.contains(channel) { confirmed.insert(channel) }
    }

    /// Something came from the server.
    mutating func heard(at now: Instant) {
        lastHeard = now
        pingedAt = nil
    }

    /// The next command to send, if there is a reason for one.
    mutating func next(at now: Instant) -> RedisCommand? {
        let fresh = changed.filter { wanted[$0] != nil && !told.contains($0) }
        if !fresh.isEmpty {
            changed.subtract(fresh)
            told.formUnion(fresh)
            return RedisCommand("SUBSCRIBE", arguments: fresh.sorted().map { RedisArgument($0) })
        }
        let stale = changed.filter { wanted[$0] == nil && told.contains($0) }
        changed.removeAll()
        if !stale.isEmpty {
            told.subtract(stale)
            confirmed.subtract(stale)
            return RedisCommand("UNSUBSCRIBE", arguments: stale.sorted().map { RedisArgument($0) })
        }
        if pingedAt == nil && lastHeard + silence <= now {
            pingedAt = now
            return RedisCommand("PING")
        }
        return nil
    }

    /// Whether a PING stayed without an answer for too long.
    func isDead(at now: Instant) -> Bool {
        guard let pingedAt else { return false }
        return pingedAt + silence <= now
    }

    /// When ``next(at:)`` or ``isDead(at:)`` has something to say.
    var nextDeadline: Instant? {
        isConnected ? (pingedAt ?? lastHeard) + silence : nil
    }
}
