import Metrics
import Synchronization

/// One set of labels of a metric, with its value.
enum MetricSeries: Sendable {
    case counter(PrometheusCounter)
    case gauge(PrometheusGauge)
    case histogram(PrometheusHistogram)

    init(_ kind: MetricKind, isTime: Bool) {
        switch kind {
        case .counter: self = .counter(PrometheusCounter())
        case .gauge: self = .gauge(PrometheusGauge())
        case .histogram:
            self = .histogram(
                PrometheusHistogram(bounds: isTime ? PrometheusHistogram.timeBounds : PrometheusHistogram.countBounds))
        }
    }
}

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

    /// Brings the counter up to a total counted elsewhere; it never decreases.
    func advance(to newTotal: Double) {
        total.withLock { $0 = max($0, newTotal) }
    }

    func reset() {
        total.withLock { $0 = 0 }
    }
}

/// A value that goes up and down.
final class PrometheusGauge: MeterHandler, RecorderHandler {
    private let current = Mutex(0.0)

    /// The latest value.
    var value: Double { current.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func increment(by amount: Double) { current.withLock { $0 += amount } }
    func decrement(by amount: Double) { current.withLock { $0 -= amount } }
}

/// Counts observations by size. Timers record seconds.
final class PrometheusHistogram: RecorderHandler, TimerHandler {
    /// Upper bounds for durations in seconds: a Redis round trip at one end, the time limit of a job at the other.
    static let timeBounds = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Upper bounds for counts and sizes.
    static let countBounds: [Double] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000,
    ]

    /// What a histogram has seen.
    struct Counts: Sendable {
        /// Observations by bucket, not cumulative; the last one takes what is above every bound.
        var buckets: [UInt64]
        var sum = 0.0

        var count: UInt64 { buckets.reduce(0, +) }
    }

    let bounds: [Double]
    private let seen: Mutex<Counts>

    /// - Parameter bounds: upper bounds, inclusive, rising.
    init(bounds: [Double]) {
        self.bounds = bounds
        seen = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    var counts: Counts { seen.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        seen.withLock { counts in
            counts.buckets[bucket] += 1
            counts.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1_000_000_000)
    }
}
