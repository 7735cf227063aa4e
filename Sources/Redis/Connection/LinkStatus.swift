import Synchronization

/// What other threads may know about a link.
final class LinkStatus: Sendable {
    private struct State {
        var isConnected = false
        var hasEnded = false
        var connections = 0
        var observers: [Int: AsyncStream<Int>.Continuation] = [:]
        var nextObserver = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isConnected: Bool { state.withLock { $0.isConnected } }

    func connected() {
        state.withLock { state in
            state.isConnected = true
            state.connections += 1
            for observer in state.observers.values { observer.yield(state.connections) }
        }
    }

    func disconnected() {
        state.withLock { $0.isConnected = false }
    }

    func ended() {
        let (observers, waiters) = state.withLock { state in
            state.isConnected = false
            state.hasEnded = true
            defer { (state.observers, state.waiters) = ([:], []) }
            return (Array(state.observers.values), state.waiters)
        }
        for observer in observers { observer.finish() }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once the link's thread has let go of its connection.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if isOver { continuation.resume() }
        }
    }

    /// The number of the present connection, if there is one, and of each later one. Whoever is slow gets the latest only.
    func connections() -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            if state.isConnected { continuation.yield(state.connections) }
            state.nextObserver += 1
            state.observers[state.nextObserver] = continuation
            return state.nextObserver
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        // Weak: the stream may outlive the client.
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                _ = state.observers.removeValue(forKey: id)
            }
        }
        return stream
    }
}
