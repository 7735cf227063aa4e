import JobQueue

/// A queue in JSON, with the names of the HTTP API.
struct QueueDocument: Encodable {
    let queue: String
    let ready: Int
    let delayed: Int
    let running: Int
    let waiting: Int
    let dead: Int
    let parked: Int
    let oldestAge: Double?
    let workers: Int
    let isPaused: Bool

    enum CodingKeys: String, CodingKey {
        case queue, ready, delayed, running, waiting, dead, parked, workers
        case oldestAge = "oldest_age_seconds"
        case isPaused = "paused"
    }

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
}
