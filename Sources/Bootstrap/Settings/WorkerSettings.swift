package import JobQueue
package import Storage

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

/// What a worker process needs to know.
package struct WorkerProcessSettings: ProcessSettings {
    package let log: LogSettings
    package let metrics: MetricsSettings
    package let tracing: TracingSettings?
    package let worker: WorkerSettings
    package let database: DatabaseSettings
    package let redis: RedisSettings
    package let payments: PaymentSettings
    package let email: EmailSettings
    package let rates: RateSettings
    package let shop: ShopSettings

    package init?(_ reader: inout SettingsReader) {
        log = LogSettings(&reader)
        metrics = MetricsSettings(&reader)
        tracing = TracingSettings(&reader, service: "cartwright-worker")
        worker = WorkerSettings(&reader, defaults: ShopQueue.defaultSlots)
        rates = RateSettings(&reader)
        shop = ShopSettings(&reader)
        let database = DatabaseSettings(&reader, applicationName: "cartwright-worker")
        let redis = RedisSettings(&reader, clientName: "cartwright-worker")
        let payments = PaymentSettings(&reader)
        let email = EmailSettings(&reader)
        guard let database, let redis, let payments, let email else { return nil }
        self.database = database
        self.redis = redis
        self.payments = payments
        self.email = email
    }
}

/// A number for each of several queues, as settings have them: `checkout=64,email=32`.
package enum QueueCounts {
    /// Nil when the text is malformed, names a queue twice, or has a number outside `range`.
    package static func parse(_ text: String, in range: ClosedRange<Int>) -> [QueueName: Int]? {
        var counts: [QueueName: Int] = [:]
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let name = QueueName(rawValue: String(parts[0])), let count = Int(parts[1]),
                range.contains(count),
                counts.updateValue(count, forKey: name) == nil
            else { return nil }
        }
        return counts
    }
}
