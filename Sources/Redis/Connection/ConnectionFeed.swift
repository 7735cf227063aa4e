import Synchronization

/// Counts the connections of a link, or of all links of a cluster, and tells observers of each.
final class ConnectionFeed: Sendable {
    private struct State {
        var open = 0
        var connections = 0
        var hasEnded = false
        var observers: [Int: AsyncStream<Int>.Continuation] = [:]
        var nextObserver = 0
    }

    private let state = Mutex(State())

    /// Whether there is a connection now.
    var isConnected: Bool { state.withLock { $0.open > 0 } }

    func connected() {
        state.withLock { state in
            state.open += 1
            state.connections += 1
            for observer in state.observers.values { observer.yield(state.connections) }
        }
    }

    func disconnected() {
        state.withLock { $0.open -= 1 }
    }

    func end() {
        let observers = state.withLock { state in
            state.hasEnded = true
            defer { state.observers = [:] }
            return Array(state.observers.values)
        }
        for observer in observers { observer.finish() }
    }

    /// The number of the latest connection, if there is one now, and of each later one. A slow reader gets the latest
    /// only.
    func connections() -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            if state.open > 0 { continuation.yield(state.connections) }
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
