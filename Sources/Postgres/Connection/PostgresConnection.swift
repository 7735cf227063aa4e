internal import Threading

/// One connection and its thread. All of libpq's calls for it happen there.
///
/// Work comes from the pool's line: the connection runs what it was started with, and goes on with the caller that has
/// waited longest, without leaving its thread, until the pool tells it to park.
actor PostgresConnection {
    private let id: Int
    private let configuration: PostgresConfiguration
    private let pool: PoolCore
    private let executor: ThreadExecutor
    private var session: Session?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(id: Int, configuration: PostgresConfiguration, pool: PoolCore) {
        self.id = id
        self.configuration = configuration
        self.pool = pool
        executor = ThreadExecutor(name: "pg-\(id)")
    }

    deinit { executor.stop() }

    /// Starts the connection on a step, from any thread.
    nonisolated func begin(_ step: PoolStateMachine<PoolWork>.Step) {
        executor.run { self.assumeIsolated { $0.serve(step) } }
    }

    private func serve(_ first: PoolStateMachine<PoolWork>.Step) {
        var step = first
        while true {
            switch step {
            case .connect: step = connect()
            case .run(let turn): step = run(turn)
            case .park: return
            case .close:
                session = nil
                pool.forget(id)
                executor.stop()
                return
            }
        }
    }

    private func connect() -> PoolStateMachine<PoolWork>.Step {
        session = nil
        do {
            session = try Session(configuration)
            return pool.connected(id)
        } catch {
            return pool.connectFailed(id, error)
        }
    }

    private func run(_ turn: PoolStateMachine<PoolWork>.Turn) -> PoolStateMachine<PoolWork>.Step {
        guard let session, session.isStillConnected() else { return pool.turnedOutStale(id, turn) }
        turn.work.run(session)
        // A body that left a transaction open got an error for it; the server ends the transaction with the connection.
        return pool.finished(id, isAlive: session.isAlive && session.isIdle)
    }
}
