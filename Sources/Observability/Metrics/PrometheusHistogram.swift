import Metrics
import Synchronization

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
