internal import DequeModule

/// Who uses which connection, who waits, when to connect. Decides and returns what is to be done; does nothing itself.
///
/// Connections pull: one that has become free takes the longest waiting work, on its own thread and without a hop
/// through another. `Work` is opaque here. Times are given, never read.
///
/// | a connection is | until |
/// |---|---|
/// | connecting | `connected` or `connectFailed` |
/// | in use | `finished` or `turnedOutStale` |
/// | idle | `submit` takes it, or `close` |
struct PoolStateMachine<Work: Sendable> {
    typealias Instant = ContinuousClock.Instant

    /// What a connection does next.
    enum Step: Sendable {
        case connect
        case run(Turn)
        /// Wait until a caller submits work.
        case park
        /// Hang up and end.
        case close
    }

    /// Work with its place in the line.
    struct Turn: Sendable {
        let work: Work
        /// The order of arrival.
        let ticket: UInt64
        /// When the caller gives up waiting.
        let deadline: Instant
    }

    /// What else is to be done, besides the connection's own step.
    struct Effects {
        /// Connections to be created, which then connect.
        var connect: [Int] = []
        /// Idle connections to be closed.
        var close: [Int] = []
        /// Work that will never run.
        var fail: [(work: Work, error: PostgresError)] = []
        /// The next moment `tick` must be called, when there is one.
        var wakeAt: Instant?
        /// The last connection of a closed pool is gone.
        var isDrained = false
    }

    /// How a submission was met.
    enum Submission {
        case run(on: Int)
        case waits(Effects)
        case refused(PostgresError)
    }

    private let limit: Int
    private var waiters: Deque<Turn> = []
    /// A stack: the connection used last is taken first, as its caches are warm.
    private var idle: [Int] = []
    private var connecting: Set<Int> = []
    private var inUse = 0
    private var nextConnection = 1
    private var isClosed = false
    private(set) var failures = 0
    private var lastFailure: PostgresError?
    /// No attempt to connect before this.
    private var retryAt: Instant?
    private var totals = PoolStatistics.Totals()

    /// - Parameter limit: most connections at a time.
    init(limit: Int) { self.limit = max(1, limit) }

    var statistics: PoolStatistics {
        PoolStatistics(
            size: size, idle: idle.count, inUse: inUse, connecting: connecting.count, waiting: waiters.count,
            totals: totals)
    }

    private var size: Int { idle.count + inUse + connecting.count }

    /// A caller submits work.
    mutating func submit(_ turn: Turn) -> Submission {
        if isClosed { return .refused(PostgresError(.closed, "the connection pool is closed")) }
        totals.submitted += 1
        // While a caller waits no connection is idle, so no caller is overtaken.
        if let id = idle.popLast() {
            inUse += 1
            return .run(on: id)
        }
        insert(turn)
        var effects = Effects()
        grow(&effects)
        effects.wakeAt = nextWake
        return .waits(effects)
    }

    /// The caller gave up. Nil when the work is already running or done, which then takes its course.
    mutating func cancel(_ ticket: UInt64) -> Work? {
        guard let position = waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        totals.canceled += 1
        return waiters.remove(at: position).work
    }

    /// A connection is ready for use.
    mutating func connected(_ id: Int) -> (Step, Effects) {
        connecting.remove(id)
        totals.connected += 1
        failures = 0
        lastFailure = nil
        retryAt = nil
        inUse += 1
        var (step, effects) = next(id)
        grow(&effects)
        return (step, effects)
    }

    /// A connection could not be opened.
    /// - Parameter jitter: 0…1, at random.
    mutating func connectFailed(_ id: Int, _ error: PostgresError, now: Instant, jitter: Double) -> (Step, Effects) {
        connecting.remove(id)
        totals.connectFailed += 1
        failures += 1
        lastFailure = error
        // 50 ms, doubled with each failure up to 1 s; half of it at random, so that processes do not come back in step.
        let backoff = min(1.0, 0.05 * Double(1 << min(failures - 1, 5)))
        retryAt = now + .seconds(backoff * (0.5 + jitter / 2))
        var effects = Effects()
        // What no later attempt can change is said at once; unless other connections work and can serve the line.
        if !error.isTransient, size == 0 {
            effects.fail = waiters.map { ($0.work, error) }
            waiters.removeAll()
        }
        effects.wakeAt = nextWake
        effects.isDrained = isClosed && size == 0
        return (.close, effects)
    }

    /// A connection has done its work.
    mutating func finished(_ id: Int, isAlive: Bool) -> (Step, Effects) {
        if isAlive { return next(id) }
        totals.lost += 1
        return replace(id)
    }

    /// A connection taken for work turned out to have been ended by the server while idle; nothing was sent. The work
    /// keeps its place in the line.
    mutating func turnedOutStale(_ id: Int, _ turn: Turn) -> (Step, Effects) {
        totals.lost += 1
        insert(turn)
        return replace(id)
    }

    /// Time has passed.
    mutating func tick(now: Instant) -> Effects {
        var effects = Effects()
        while let first = waiters.first, first.deadline <= now {
            waiters.removeFirst()
            totals.timedOut += 1
            effects.fail.append(
                (
                    first.work,
                    lastFailure ?? PostgresError(.acquireTimeout, "no database connection became free in time")
                ))
        }
        if let retryAt, retryAt <= now {
            self.retryAt = nil
            grow(&effects)
        }
        effects.wakeAt = nextWake
        return effects
    }

    /// Takes no more work. What runs is finished, what waits fails.
    mutating func close() -> Effects {
        var effects = Effects()
        isClosed = true
        effects.fail = waiters.map { ($0.work, PostgresError(.closed, "the connection pool was closed")) }
        effects.close = idle
        waiters.removeAll()
        idle.removeAll()
        effects.isDrained = size == 0
        return effects
    }

    /// A transaction is run once more.
    mutating func retried() { totals.retried += 1 }

    /// What the connection `id`, counted as in use, does now.
    private mutating func next(_ id: Int) -> (Step, Effects) {
        var effects = Effects()
        if let turn = waiters.popFirst() { return (.run(turn), effects) }
        inUse -= 1
        if isClosed {
            effects.isDrained = size == 0
            return (.close, effects)
        }
        idle.append(id)
        return (.park, effects)
    }

    /// The connection `id`, counted as in use, is broken: it connects anew when it is needed and may.
    private mutating func replace(_ id: Int) -> (Step, Effects) {
        var effects = Effects()
        inUse -= 1
        if waiters.count > connecting.count, retryAt == nil {
            connecting.insert(id)
            return (.connect, effects)
        }
        effects.wakeAt = nextWake
        effects.isDrained = isClosed && size == 0
        return (.close, effects)
    }

    /// Adds connections for those who wait, within the limit. While the server cannot be reached, one at a time tries.
    private mutating func grow(_ effects: inout Effects) {
        guard retryAt == nil else { return }
        let most = failures == 0 ? limit : min(limit, size - connecting.count + 1)
        while connecting.count < waiters.count, size < most {
            connecting.insert(nextConnection)
            effects.connect.append(nextConnection)
            nextConnection += 1
        }
    }

    /// In order of arrival: almost always at the end; at the front when work is returned.
    private mutating func insert(_ turn: Turn) {
        let position = (waiters.lastIndex { $0.ticket < turn.ticket }).map { $0 + 1 } ?? 0
        waiters.insert(turn, at: position)
    }

    private var nextWake: Instant? {
        guard let first = waiters.first else { return nil }
        return retryAt.map { min($0, first.deadline) } ?? first.deadline
    }
}
