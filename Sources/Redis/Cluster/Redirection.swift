/// What a node's refusal asks for. All of these say that the command was not executed, so sending it again is safe.
enum Redirection: Equatable {
    /// The slot is served there from now on.
    case moved(slot: Int, to: Endpoint)
    /// The key may be there already, while its slot is being moved; this once.
    case ask(Endpoint)
    /// Not now: the cluster is failing over, the slot's keys lie on both sides of a move, the node has gone or is
    /// another's replica now.
    case later

    /// - Parameters:
    ///   - reply: an error reply.
    ///   - server: who sent it.
    /// - Returns: nil when the error is the command's own affair.
    init?(_ reply: String, from server: Endpoint) {
        let words = reply.split(separator: " ", maxSplits: 3)
        switch words.first {
        case "MOVED":
            guard words.count >= 3, let slot = Int(words[1]), let endpoint = Endpoint(words[2], saidBy: server) else {
                return nil
            }
            self = .moved(slot: slot, to: endpoint)
        case "ASK":
            guard words.count >= 3, let endpoint = Endpoint(words[2], saidBy: server) else { return nil }
            self = .ask(endpoint)
        case "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "LOADING", "READONLY":
            self = .later
        default:
            return nil
        }
    }

    /// - Returns: nil when the command may have been executed, or no other node could help.
    init?(_ failure: RedisError) {
        // Closed: the link was given up because its node is no master any more.
        guard !failure.maybeExecuted, failure.code == .connectFailed || failure.code == .closed else { return nil }
        self = .later
    }
}

/// How often, and after which pauses, one call follows redirections. Holds no clock.
struct RedirectionLimit {
    private let deadline: ContinuousClock.Instant
    private var followed = 0
    private var pauses = 0

    /// Nodes agree after very few; more only while they disagree on who has the slot.
    private static let followedAtOnce = 5

    /// - Parameter deadline: no new try begins after it.
    init(deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    /// - Parameter jitter: random, 0 ..< 1.
    /// - Returns: how long to wait before the next try; nil when there must be none, and the refusal is the answer.
    mutating func pause(before redirection: Redirection, at now: ContinuousClock.Instant, jitter: Double) -> Duration? {
        guard now < deadline else { return nil }
        if redirection != .later {
            followed += 1
            if followed <= Self.followedAtOnce { return .zero }
        }
        defer { pauses += 1 }
        return Self.backOff(pauses, jitter: jitter)
    }

    /// A moment the first time, in which the map is fetched anew; then 20 ms doubling up to 160 ms; each shortened by
    /// up to half.
    private static func backOff(_ pauses: Int, jitter: Double) -> Duration {
        .milliseconds(pauses == 0 ? 5 : 10 << min(pauses, 4)) * (0.5 + jitter / 2)
    }
}
