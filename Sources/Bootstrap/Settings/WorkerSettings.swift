package import JobQueue

/// What a worker process does: `WORKER_QUEUES` (`checkout=64,email=32`), `SHUTDOWN_GRACE_SECONDS`.
package struct WorkerSettings: Sendable {
    /// The queues it serves and how many jobs of each run at once.
    package let queues: [QueueName: Int]
    /// How long running jobs may go on after SIGTERM.
    package let grace: Duration

    /// - Parameter defaults: the queues served when `WORKER_QUEUES` is not set.
    package init(_ reader: inout SettingsReader, defaults: [QueueName: Int]) {
        grace = .seconds(reader.integer("SHUTDOWN_GRACE_SECONDS", default: 25, in: 0...3600))
        let example = defaults.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        queues = reader.value(
            "WORKER_QUEUES", default: defaults,
            expected: "queues and how many jobs of each run at once (1 to 10000), such as \(example)"
        ) { QueueCounts.parse($0, in: 1...10_000) }
    }
}
