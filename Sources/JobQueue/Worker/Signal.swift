import Synchronization

/// A flag that one task waits for and any other raises. Raised while no task waits, it lets the next wait pass at once.
final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var isEnded = false
        var waiter: CheckedContinuation<Bool, Never>?
    }
    private let state = Mutex(State())

    /// Waits until the signal is raised and lowers it. False when it has ended.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.isEnded { return false }
                if state.isRaised {
                    state.isRaised = false
                    return true
                }
                state.waiter = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func raise() {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.isRaised = true
            return nil
        }
        waiter?.resume(returning: true)
    }

    /// Takes back a raise that no task has waited for.
    func lower() {
        state.withLock { $0.isRaised = false }
    }

    /// Lets the present and every later wait pass with false.
    func end() {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            state.isEnded = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: false)
    }
}
