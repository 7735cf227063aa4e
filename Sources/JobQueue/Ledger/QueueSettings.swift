import Postgres

/// What operators have set for a queue. PostgreSQL holds it; Redis has a copy that every claim reads, so it takes
/// effect within a second and outlives an emptied Redis.
public struct QueueSettings: Sendable, Hashable {
    /// Values that are taken for ``concurrency``.
    public static let concurrencyRange = 1...10_000

    /// Nothing is claimed; running jobs finish.
    public var isPaused: Bool
    /// Jobs that each worker process runs at once; nil means as the process was started. Brought into
    /// ``concurrencyRange`` when stored.
    public var concurrency: Int?
    /// Starts of all worker processes together; nil means no limit.
    public var rateLimit: RateLimit?

    /// Open and without limits unless said otherwise.
    public init(isPaused: Bool = false, concurrency: Int? = nil, rateLimit: RateLimit? = nil) {
        self.isPaused = isPaused
        self.concurrency = concurrency
        self.rateLimit = rateLimit
    }
}

/// A bound on how many jobs of a queue start in a time: a token bucket that all worker processes share.
public struct RateLimit: Sendable, Hashable, Codable {
    /// Values that are taken for ``perSecond``.
    public static let rateRange = 0.001...1_000_000.0
    /// Values that are taken for ``burst``.
    public static let burstRange = 1...1_000_000

    /// Starts per second in the long run; 0.1 is one in ten seconds.
    public let perSecond: Double
    /// Starts that may follow each other at once after a quiet time.
    public let burst: Int

    /// Values outside ``rateRange`` and ``burstRange`` become their nearest bound. Without a burst, what one second
    /// allows, at least one.
    public init(perSecond: Double, burst: Int? = nil) {
        let rate =
            perSecond.isNaN
            ? Self.rateRange.lowerBound : min(max(perSecond, Self.rateRange.lowerBound), Self.rateRange.upperBound)
        self.perSecond = rate
        self.burst = min(max(burst ?? Int(rate.rounded(.up)), Self.burstRange.lowerBound), Self.burstRange.upperBound)
    }

    enum CodingKeys: String, CodingKey {
        case burst
        case perSecond = "per_second"
    }
}

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
            let known: SQL = "INSERT INTO job_queues (queue) VALUES (\(queue)) ON CONFLICT DO NOTHING"
            let held = Query.row(
                "SELECT \(raw: Self.settingsColumns) FROM job_queues WHERE queue = \(queue) FOR NO KEY UPDATE",
                Self.settings)
            var settings = try tx.pipeline(known, held).1.settings
            let before = settings
            change(&settings)
            let range = QueueSettings.concurrencyRange
            settings.concurrency = settings.concurrency.map { min(max($0, range.lowerBound), range.upperBound) }
            try tx.note(note(JobChange(before: before.words, after: settings.words)))
            return try tx.run(
                Query.row(
                    """
                    UPDATE job_queues
                       SET paused = \(settings.isPaused), concurrency = \(settings.concurrency),
                           rate_per_second = \(settings.rateLimit?.perSecond), burst = \(settings.rateLimit?.burst),
                           updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
                     WHERE queue = \(queue)
                    RETURNING \(raw: Self.settingsColumns)
                    """, Self.settings))
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
