import Synchronization

/// An event that happens once. Async code waits for it without blocking a thread.
package final class OneTimeSignal: Sendable {
    private struct State {
        var hasFired = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// Something that has not happened yet.
    package init() {}

    /// Lets everybody go on who waits now or later.
    package func fire() {
        let waiting = state.withLock { state in
            state.hasFired = true
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        waiting.forEach { $0() }
    }

    /// Returns once the event has happened.
    package func wait() async {
        await withCheckedContinuation { continuation in
            whenFired { continuation.resume() }
        }
    }

    /// Calls back once the event has happened, at once when it has already.
    package func whenFired(_ callback: @escaping @Sendable () -> Void) {
        let hasFired = state.withLock { state in
            if !state.hasFired { state.waiting.append(callback) }
            return state.hasFired
        }
        if hasFired { callback() }
    }
}
