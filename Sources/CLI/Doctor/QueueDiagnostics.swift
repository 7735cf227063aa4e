import Bootstrap
import Domain
import JobQueue
import Resilience
import Storage

/// Queues, and the providers that they wait for.
extension Diagnostic {
    /// Whether the jobs of a queue get done. A due job that waits for longer than a minute is late: an idle worker
    /// starts one within milliseconds, and a sweep finds a lost one within seconds.
    static func queue(_ queue: QueueStatus) -> Diagnostic {
        let name = "queue.\(queue.queue)"
        let counts = "\(queue.waiting) waiting, \(queue.running) running, \(queue.dead) dead, \(queue.parked) parked"
        if queue.isPaused {
            return .warning(name, "paused; \(counts)", "Resume it with: cartwright queues resume \(queue.queue)")
        }
        if queue.waiting > 0 && queue.workers == 0 {
            return .warning(name, "no worker; \(counts)", "Start a Worker whose WORKER_QUEUES names \(queue.queue).")
        }
        if let age = queue.oldestAgeSeconds, age > 60 {
            return .warning(
                name, "the oldest job is \(TimeText.span(seconds: age)) late; \(counts)",
                "Start more workers, or look at: cartwright jobs")
        }
        if queue.dead + queue.parked > 0 { return .warning(name, counts, "Look at them with: cartwright jobs") }
        return .ok(name, counts)
    }

    /// Whether a provider is called, or held to be away.
    static func provider(_ provider: Provider, _ status: CircuitStatus) -> Diagnostic {
        let name = "provider.\(provider.rawValue)"
        let since = status.since.map { " since \(TimeText.moment($0))" } ?? ""
        let advice = "Jobs wait and use up no attempt. Last failure: \(status.reason ?? "none noted")"
        switch status.state {
        case .closed: return .ok(name, "calls go through")
        case .probing:
            return .warning(
                name, "failed\(since); calls go through again, a few at a time, until enough have worked", advice)
        case .open:
            let next = TimeText.span(seconds: Double(status.remaining.components.seconds) + 1)
            return .warning(name, "fails\(since); calls are held back, the next try is in \(next)", advice)
        }
    }
}
