import Postgres

/// A queue's settings, with the number of their last change: the later change has the greater one.
struct StoredQueueSettings: Sendable, Hashable {
    let settings: QueueSettings
    let version: Int64
}

extension JobLedger {
    /// Makes queues known to operators. What is set for those that are known already stays.
    func register(_ queues: [QueueName]) async throws {
        try await database.execute(
            """
            INSERT INTO job_queues (queue) SELECT unnest(\(queues.map(\.rawValue))::text[]) ORDER BY 1
            ON CONFLICT DO NOTHING
            """)
    }

    /// The settings of all known queues.
    func queueSettings() async throws -> [QueueName: StoredQueueSettings] {
        var all: [QueueName: StoredQueueSettings] = [:]
        for row in try await database.query("SELECT queue, \(raw: Self.settingsColumns) FROM job_queues") {
            if let queue = QueueName(rawValue: try row["queue"]) { all[queue] = try Self.settings(row) }
        }
        return all
    }

    /// Changes what is set for a queue, which becomes known if it was not. Two changes at the same time follow each
    /// other.
    func change(
        _ queue: QueueName, _ change: @escaping @Sendable (inout QueueSettings) -> Void,
        noting note: @escaping @Sendable (JobChange) throws -> [SQL]
    ) async throws -> StoredQueueSettings {
        try await database.transaction { tx in
            let read = try tx.pipeline([
                "INSERT INTO job_queues (queue) VALUES (\(queue)) ON CONFLICT DO NOTHING",
                "SELECT \(raw: Self.settingsColumns) FROM job_queues WHERE queue = \(queue) FOR NO KEY UPDATE",
            ])
            var settings = try Self.settings(read[1].rows[0]).settings
            let before = settings
            change(&settings)
            let range = QueueSettings.concurrencyRange
            settings.concurrency = settings.concurrency.map { min(max($0, range.lowerBound), range.upperBound) }
            try tx.note(note(JobChange(before: before.words, after: settings.words)))
            return try Self.settings(
                try tx.query(
                    """
                    UPDATE job_queues
                       SET paused = \(settings.isPaused), concurrency = \(settings.concurrency),
                           rate_per_second = \(settings.rateLimit?.perSecond), burst = \(settings.rateLimit?.burst),
                           updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
                     WHERE queue = \(queue)
                    RETURNING \(raw: Self.settingsColumns)
                    """)[0])
        }
    }

    private static let settingsColumns = """
        paused, concurrency, rate_per_second, burst, (extract(epoch FROM updated_at) * 1000000)::bigint AS version
        """

    private static func settings(_ row: PostgresRow) throws -> StoredQueueSettings {
        let rate: Double? = try row["rate_per_second"]
        return StoredQueueSettings(
            settings: QueueSettings(
                isPaused: try row["paused"], concurrency: try row["concurrency"],
                rateLimit: try rate.map { RateLimit(perSecond: $0, burst: try row["burst"]) }),
            version: try row["version"])
    }
}
