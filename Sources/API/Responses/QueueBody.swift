import JobQueue

/// A queue as operators see it.
struct QueueBody: Encodable {
    let queue: String
    let ready: Int
    let delayed: Int
    let running: Int
    let waiting: Int
    let dead: Int
    let parked: Int
    /// Seconds; null when nothing is due.
    let oldestAge: Double?
    let workers: Int
    let isPaused: Bool

    init(_ status: QueueStatus) {
        queue = status.queue.rawValue
        ready = status.ready
        delayed = status.delayed
        running = status.running
        waiting = status.waiting
        dead = status.dead
        parked = status.parked
        oldestAge = status.oldestAgeSeconds
        workers = status.workers
        isPaused = status.isPaused
    }

    enum CodingKeys: String, CodingKey {
        case queue, ready, delayed, running, waiting, dead, parked, workers
        case oldestAge = "oldest_age_seconds"
        case isPaused = "paused"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(queue, forKey: .queue)
        try container.encode(ready, forKey: .ready)
        try container.encode(delayed, forKey: .delayed)
        try container.encode(running, forKey: .running)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(dead, forKey: .dead)
        try container.encode(parked, forKey: .parked)
        try container.encode(oldestAge, forKey: .oldestAge)
        try container.encode(workers, forKey: .workers)
        try container.encode(isPaused, forKey: .isPaused)
    }
}
