import Arithmetic
import JobQueue

/// A queue's limits as people read them.
enum QueueLimits {
    static func text(_ settings: QueueSettings) -> String {
        let concurrency = settings.concurrency.map { "\($0) at once" }
        let rate = settings.rateLimit.map { "\(number($0.perSecond))/s, burst \($0.burst)" }
        let limits = [concurrency, rate].compactMap(\.self)
        return limits.isEmpty ? "no limits set" : limits.joined(separator: "; ")
    }

    /// Without a fraction that says nothing.
    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(saturating: value)) : String(value)
    }
}
