import Bootstrap
import JobQueue
import Storage

/// Whether jobs get done.
struct QueueCheckup: Sendable {
    let services: Services

    /// A due job older than this is late: an idle worker starts one within milliseconds, and a sweep finds a lost one
    /// within seconds.
    static let lateSeconds = 60.0

    func findings() async -> [Finding] {
        do {
            return try await services.inspector.queues(known: ShopQueue.names).map(Self.judge)
        } catch {
            return [.failed("queues", error)]
        }
    }

    static func judge(_ queue: QueueStatus) -> Finding {
        let check = "queue.\(queue.queue)"
        let counts = "\(queue.waiting) waiting, \(queue.running) running, \(queue.dead) dead, \(queue.parked) parked"
        if queue.isPaused {
            return .warning(check, "paused; \(counts)", "Open it with: cartwright queues resume \(queue.queue)")
        }
        if queue.waiting > 0 && queue.workers == 0 {
            return .warning(check, "no worker; \(counts)", "Start a Worker whose WORKER_QUEUES names \(queue.queue).")
        }
        if let age = queue.oldestAgeSeconds, age > lateSeconds {
            return .warning(
                check, "the oldest job is \(TimeText.span(seconds: age)) late; \(counts)",
                "Start more workers, or look at: cartwright jobs"
            )
        }
        if queue.dead + queue.parked > 0 {
            return .warning(check, counts, "Look at them with: cartwright jobs")
        }
        return .ok(check, counts)
    }
}
