internal import Synchronization
internal import Threading

/// Calls the pool when a waiter's time is up or a new attempt to connect is due. One thread for the whole pool, asleep
/// while no caller waits; a timer task per waiter would cost more than most statements.
final class PoolClock: Sendable {
    private struct State {
        var wakeAt: ContinuousClock.Instant?
        var isStopped = false
    }

    private let state = Monitor(State())
    private let isStarted = Mutex(false)
    private let tick: @Sendable () -> ContinuousClock.Instant?

    /// - Parameter tick: what to do when the time has come; returns the next time.
    init(tick: @escaping @Sendable () -> ContinuousClock.Instant?) { self.tick = tick }

    /// Makes sure that `tick` is called at `instant` at the latest.
    func wake(at instant: ContinuousClock.Instant) {
        let isSooner = state.withLock { state in
            guard !state.isStopped, state.wakeAt.map({ instant < $0 }) ?? true else { return false }
            state.wakeAt = instant
            return true
        }
        guard isSooner else { return }
        state.signal()
        let start = isStarted.withLock { started in
            defer { started = true }
            return !started
        }
        if start { _ = OSThread.start(name: "pg-clock") { self.serve() } }
    }

    /// Ends the thread. `tick` is not called any more once it has returned.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.signal()
    }

    private func serve() {
        while waitUntilDue() {
            if let next = tick() { wake(at: next) }
        }
    }

    /// False when stopped.
    private func waitUntilDue() -> Bool {
        state.waitTimed { state in
            if state.isStopped { return .finish(false) }
            guard let wakeAt = state.wakeAt else { return .sleep }
            let left = ContinuousClock.now.duration(to: wakeAt)
            if left > .zero { return .sleepAtMost(left) }
            state.wakeAt = nil
            return .finish(true)
        }
    }
}
