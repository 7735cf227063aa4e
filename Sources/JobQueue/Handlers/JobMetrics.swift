import Metrics

/// The engine's metrics. Labels are queue and kind names, which are few.
enum JobMetrics {
    static func duration(name: String, queue: QueueName, outcome: String) -> Timer {
        Timer(
            label: "job_duration_seconds",
            dimensions: [("name", name), ("queue", queue.rawValue), ("outcome", outcome)])
    }

    static func fenced(_ queue: QueueName, count: Int) {
        guard count > 0 else { return }
        Counter(label: "job_acknowledgements_fenced_total", dimensions: [("queue", queue.rawValue)]).increment(
            by: count)
    }

    static func leaseLapsed(_ queue: QueueName) {
        Counter(label: "job_lease_lapses_total", dimensions: [("queue", queue.rawValue)]).increment()
    }

    static func recovered(_ queue: QueueName, count: Int) {
        Counter(label: "job_recoveries_total", dimensions: [("queue", queue.rawValue)]).increment(by: count)
    }

    static func quarantined(_ queue: QueueName) {
        Counter(label: "job_quarantines_total", dimensions: [("queue", queue.rawValue)]).increment()
    }

    static func repushed(_ queue: QueueName, count: Int) {
        Counter(label: "job_ledger_pushes_total", dimensions: [("queue", queue.rawValue)]).increment(by: count)
    }
}
