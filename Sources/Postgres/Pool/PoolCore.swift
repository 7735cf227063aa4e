internal import Logging
internal import Synchronization

/// The shell around ``PoolStateMachine``: owns the connections and carries out what it decides.
final class PoolCore: Sendable {
    typealias Machine = PoolStateMachine<PoolWork>

    private struct State {
        var machine: Machine
        var connections: [Int: PostgresConnection] = [:]
        var closers: [CheckedContinuation<Void, Never>] = []
        var isDrained = false
    }

    let configuration: PostgresConfiguration
    let logger: Logger
    private let state: Mutex<State>
    private let tickets = Atomic<UInt64>(0)
    // Made with the first need: a pool that no caller ever waits for has no such thread.
    private let clock = Mutex<PoolClock?>(nil)

    init(_ configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(State(machine: Machine(limit: configuration.poolSize)))
    }

    var statistics: PoolStatistics { state.withLock { $0.machine.statistics } }

    /// A place in the line. Taken before submitting, so that a cancellation that comes first knows whom it is about.
    func nextTicket() -> UInt64 { tickets.add(1, ordering: .relaxed).newValue }

    func submit(_ work: PoolWork, ticket: UInt64) {
        let turn = Machine.Turn(work: work, ticket: ticket, deadline: .now + configuration.acquireTimeout)
        let (submission, connection) = state.withLock { state -> (Machine.Submission, PostgresConnection?) in
            let submission = state.machine.submit(turn)
            guard case .run(let id) = submission else { return (submission, nil) }
            return (submission, state.connections[id])
        }
        switch submission {
        case .run: connection?.begin(.run(turn))
        case .waits(let effects): carryOut(effects)
        case .refused(let error): work.fail(error)
        }
    }

    func cancel(_ ticket: UInt64) {
        state.withLock { $0.machine.cancel(ticket) }?.fail(CancellationError())
    }

    func retried(_ error: PostgresError) {
        state.withLock { $0.machine.retried() }
        logger.debug("a transaction runs again", metadata: ["error": "\(error)"])
    }

    // What connections report, each from its own thread, to learn what to do next.

    func connected(_ id: Int) -> Machine.Step {
        logger.debug("connected to PostgreSQL", metadata: ["connection": "\(id)"])
        if configuration.knowledge.isFirstReport() {
            logger.notice(
                "PostgreSQL is reached through a pooler, such as PgBouncer: settings go with each transaction"
            )
        }
        return advance { $0.connected(id) }
    }

    func connectFailed(_ id: Int, _ error: PostgresError) -> Machine.Step {
        // Only the first of a row of failures is worth a line for people.
        let isFirst = state.withLock { $0.machine.failures == 0 }
        logger.log(level: isFirst ? .warning : .debug, "cannot connect to PostgreSQL", metadata: ["error": "\(error)"])
        return advance { $0.connectFailed(id, error, now: .now, jitter: .random(in: 0...1)) }
    }

    func finished(_ id: Int, isAlive: Bool) -> Machine.Step {
        if !isAlive { logger.warning("a PostgreSQL connection broke", metadata: ["connection": "\(id)"]) }
        return advance { $0.finished(id, isAlive: isAlive) }
    }

    func turnedOutStale(_ id: Int, _ turn: Machine.Turn) -> Machine.Step {
        logger.info("a PostgreSQL connection was ended while idle", metadata: ["connection": "\(id)"])
        return advance { $0.turnedOutStale(id, turn) }
    }

    /// The connection has ended.
    func forget(_ id: Int) {
        state.withLock { $0.connections[id] = nil }
    }

    /// Takes no more work, and tells idle connections to end.
    func close() {
        carryOut(state.withLock { $0.machine.close() })
    }

    /// Returns once the last connection of a closed pool has ended.
    func drained() async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if !state.isDrained { state.closers.append(continuation) }
                return state.isDrained
            }
            if isDrained { continuation.resume() }
        }
    }

    private func advance(_ decide: (inout Machine) -> (Machine.Step, Machine.Effects)) -> Machine.Step {
        let (step, effects) = state.withLock { decide(&$0.machine) }
        carryOut(effects)
        return step
    }

    private func carryOut(_ effects: Machine.Effects) {
        for id in effects.connect {
            let connection = PostgresConnection(id: id, configuration: configuration, pool: self)
            state.withLock { $0.connections[id] = connection }
            connection.begin(.connect)
        }
        for id in effects.close {
            state.withLock { $0.connections[id] }?.begin(.close)
        }
        for (work, error) in effects.fail { work.fail(error) }
        if let wakeAt = effects.wakeAt { wake(at: wakeAt) }
        if effects.isDrained { drain() }
    }

    private func drain() {
        clock.withLock { clock in
            clock?.stop()
            clock = nil
        }
        let closers = state.withLock { state in
            state.isDrained = true
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    private func wake(at instant: ContinuousClock.Instant) {
        let clock = clock.withLock { clock in
            let made = clock ?? PoolClock { self.tick() }
            clock = made
            return made
        }
        clock.wake(at: instant)
    }

    private func tick() -> ContinuousClock.Instant? {
        var effects = state.withLock { $0.machine.tick(now: .now) }
        let next = effects.wakeAt
        effects.wakeAt = nil
        carryOut(effects)
        return next
    }
}

/// What a caller wants done on a connection, and how it learns of the end. Exactly one of the two closures is called,
/// once.
struct PoolWork: Sendable {
    /// Runs on the connection's thread and answers the caller.
    let run: @Sendable (Session) -> Void
    /// Tells the caller that it never ran.
    let fail: @Sendable (any Error) -> Void
}
