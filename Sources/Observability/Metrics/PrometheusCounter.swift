import Metrics
import Synchronization

/// A value that only grows.
final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler {
    private let total = Mutex(0.0)

    /// What was counted so far.
    var value: Double { total.withLock { $0 } }

    func increment(by amount: Int64) {
        increment(by: Double(amount))
    }

    /// Adds the amount; a negative one, which a counter cannot take, is left out.
    func increment(by amount: Double) {
        guard amount > 0 else { return }
        total.withLock { $0 += amount }
    }

    /// Brings the counter up to a total counted elsewhere; it never goes back.
    func advance(to newTotal: Double) {
        total.withLock { $0 = max($0, newTotal) }
    }

    func reset() {
        total.withLock { $0 = 0 }
    }
}
