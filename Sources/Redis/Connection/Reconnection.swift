/// Decides when a connection is opened, given up and opened again. Does no I/O: the thread that owns the socket reports
/// what happens and does what it is told.
///
///     waiting ──time is up──▶ connecting ──socket opened──▶ greeting ──all answered──▶ ready
///        ▲                        │                             │                       │
///        └───────lost()───────────┴─────────────────────────────┴───────────────────────┘
struct Reconnection: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Phase: Sendable, Equatable {
        /// No socket until this moment.
        case waiting(until: Instant)
        /// `connect(2)` is under way.
        case connecting(deadline: Instant)
        /// AUTH, SELECT and the like are on their way; so many replies are still due.
        case greeting(remaining: Int, deadline: Instant)
        case ready
    }

    /// What the owner of the socket must do now.
    enum Action: Sendable, Equatable {
        case nothing
        case open
        /// The attempt took too long: drop the socket, then report ``lost(at:jitter:)``.
        case giveUp
    }

    private(set) var phase: Phase
    /// Attempts since a connection last proved itself.
    private(set) var attempt = 0
    private var readySince: Instant?
    private let connectTimeout: Duration

    /// A connection that lasted this long counts as good, so the next loss starts the back-off from the beginning.
    private static let provenAfter = Duration.seconds(1)

    init(connectTimeout: Duration, at now: Instant) {
        self.connectTimeout = connectTimeout
        phase = .waiting(until: now)
    }

    /// To be called whenever ``nextDeadline`` has passed; harmless at other times.
    mutating func advance(to now: Instant) -> Action {
        switch phase {
        case .waiting(let until) where until <= now:
            phase = .connecting(deadline: now + connectTimeout)
            return .open
        case .connecting(let deadline) where deadline <= now, .greeting(_, let deadline) where deadline <= now:
            return .giveUp
        case .waiting, .connecting, .greeting, .ready:
            return .nothing
        }
    }

    /// The socket is connected and `greetings` commands were sent first.
    mutating func opened(greetings: Int) {
        guard case .connecting(let deadline) = phase else { return }
        phase = .greeting(remaining: greetings, deadline: deadline)
    }

    /// A greeting was answered well. Returns whether the connection is ready now.
    mutating func greeted(at now: Instant) -> Bool {
        guard case .greeting(let remaining, let deadline) = phase else { return false }
        guard remaining <= 1 else {
            phase = .greeting(remaining: remaining - 1, deadline: deadline)
            return false
        }
        phase = .ready
        readySince = now
        return true
    }

    /// The connection is usable beyond doubt: it carried a reply.
    mutating func proved() {
        attempt = 0
    }

    /// The connection broke, was refused or was given up.
    /// - Parameter jitter: random, 0 ..< 1.
    mutating func lost(at now: Instant, jitter: Double) {
        if let readySince, now - readySince >= Self.provenAfter { attempt = 0 }
        readySince = nil
        phase = .waiting(until: now + Self.backOff(attempt: attempt, jitter: jitter))
        attempt += 1
    }

    /// There is reason to try at once, whatever the back-off says. The socket must be closed.
    mutating func hurry(at now: Instant) {
        readySince = nil
        phase = .waiting(until: now)
    }

    /// At most 10 ms at first, then 40 ms doubling up to 1 s, each shortened by up to half so that many clients of a
    /// restarted server do not come in step ("equal jitter").
    static func backOff(attempt: Int, jitter: Double) -> Duration {
        if attempt == 0 { return .milliseconds(10) * jitter }
        let full = min(20 << min(attempt, 10), 1000)
        return .milliseconds(full) * (0.5 + jitter / 2)
    }

    /// When ``advance(to:)`` has something to do next.
    var nextDeadline: Instant? {
        switch phase {
        case .waiting(let moment), .connecting(let moment), .greeting(_, let moment): moment
        case .ready: nil
        }
    }
}
