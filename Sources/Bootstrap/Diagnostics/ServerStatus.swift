import Synchronization

/// What a process knows of its servers: whether they were found usable at start, and what is dangerous about them
/// since.
package final class ServerStatus: Sendable {
    private struct State {
        var isUsable = false
        var dangers: [Diagnostic] = []
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Of servers that nobody has looked at yet.
    package init() {}

    /// Whether the checks of the start have passed. Stays so whatever becomes of the servers.
    package var isUsable: Bool { state.withLock { $0.isUsable } }

    /// What was found at the latest look and could lose jobs.
    package var dangers: [Diagnostic] { state.withLock { $0.dangers } }

    /// Returns true once the checks have passed, false when the task is cancelled before.
    package func waitUntilUsable() async -> Bool {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let isUsable = state.withLock { state in
            if !state.isUsable { state.waiters.append(continuation) }
            return state.isUsable
        }
        if !isUsable { for await _ in stream {} }
        return self.isUsable
    }

    /// The checks have passed.
    package func becameUsable() {
        let waiters = state.withLock { state in
            state.isUsable = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// A look at the servers found these, and nothing else that could lose jobs.
    package func found(_ dangers: [Diagnostic]) {
        state.withLock { $0.dangers = dangers }
    }
}
