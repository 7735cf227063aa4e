import Metrics
import Synchronization

/// One timer per method, route and status, made on first use.
final class HTTPTimers: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private let timers = Mutex<[Key: Timer]>([:])

    func timer(method: String, route: String, status: Int) -> Timer {
        timers.withLock { timers in
            let key = Key(method: method, route: route, status: status)
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "http.server.request.duration",
                dimensions: [("method", method), ("route", route), ("status", String(status))],
                preferredDisplayUnit: .seconds)
            timers[key] = timer
            return timer
        }
    }
}
