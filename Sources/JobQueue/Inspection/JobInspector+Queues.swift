import Postgres
import Redis

extension JobInspector {
    /// All queues: those that workers have served, those that the ledger has unfinished jobs of, and `known` ones.
    ///
    /// - Throws: `PostgresError`, `RedisError`, or `CancellationError`.
    public func queues(known: [QueueName] = []) async throws -> [QueueStatus] {
        let settings = try await ledger.queueSettings()
        let counts = try await ledgerCounts()
        var statuses: [QueueStatus] = []
        for queue in Set(known).union(settings.keys).union(counts.keys).sorted(by: { $0.rawValue < $1.rawValue }) {
            let keys = QueueKeys(prefix: dispatcher.prefix, queue: queue)
            let sizes = try await dispatcher.redis.send([
                RedisCommand("LLEN", .init(keys.ready)), RedisCommand("ZCARD", .init(keys.delayed)),
                RedisCommand("ZCARD", .init(keys.dead)), RedisCommand("ZCARD", .init(keys.leases)),
            ]).map { $0.int ?? 0 }
            let count = counts[queue] ?? LedgerCount()
            statuses.append(
                QueueStatus(
                    queue: queue, ready: sizes[0], delayed: sizes[1], running: count.running, waiting: count.ready,
                    dead: count.dead + sizes[2], parked: count.parked, oldestAgeSeconds: count.oldestAgeSeconds,
                    workers: sizes[3],
                    settings: settings[queue]?.settings ?? QueueSettings()))
        }
        return statuses
    }

    /// Changes what is set for a queue, and returns what is set then. Workers follow within a second; when Redis is
    /// away, as soon as it is back.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    @discardableResult
    public func configure(
        _ queue: QueueName, _ change: @escaping @Sendable (inout QueueSettings) -> Void
    ) async throws -> QueueSettings {
        let stored = try await ledger.change(queue, change, noting: note)
        // What Redis does not take now, the workers' ledger sweep writes.
        try? await QueueSettingsMirror(redis: dispatcher.redis).write([
            QueueKeys(prefix: dispatcher.prefix, queue: queue): stored
        ])
        return stored.settings
    }

    /// Stops all claiming from a queue; running jobs finish. Holds until ``resume(_:)``, over restarts of the workers
    /// and the loss of Redis.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    public func pause(_ queue: QueueName) async throws { try await configure(queue) { $0.isPaused = true } }

    /// Lets workers claim from the queue again.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    public func resume(_ queue: QueueName) async throws { try await configure(queue) { $0.isPaused = false } }

    /// Sets how many jobs of the queue each worker process runs at once; nil means as the process was started.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    public func setConcurrency(_ concurrency: Int?, of queue: QueueName) async throws {
        try await configure(queue) { $0.concurrency = concurrency }
    }

    /// Sets how many jobs of the queue may start in a time, over all worker processes; nil means any number.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    public func setRateLimit(_ limit: RateLimit?, of queue: QueueName) async throws {
        try await configure(queue) { $0.rateLimit = limit }
    }

    /// The queues that operators know of.
    func knownQueues() async throws -> [QueueName] {
        try await ledger.queueSettings().keys.sorted { $0.rawValue < $1.rawValue }
    }

    private struct LedgerCount {
        var ready = 0
        var running = 0
        var dead = 0
        var parked = 0
        var oldestAgeSeconds: Double?
    }

    /// Unfinished jobs by queue. Each state has a partial index that begins with the queue, so each is counted on its
    /// own.
    private func ledgerCounts() async throws -> [QueueName: LedgerCount] {
        let rows = try await database.query(
            """
            SELECT queue, 'ready' AS state, count(*) AS count,
                   extract(epoch FROM now() - min(dispatch_at) FILTER (WHERE dispatch_at <= now()))::float8 AS age
              FROM jobs WHERE state = 'ready' GROUP BY queue
             UNION ALL
            SELECT queue, 'running', count(*), NULL FROM jobs WHERE state = 'running' GROUP BY queue
             UNION ALL
            SELECT queue, 'dead', count(*), NULL FROM jobs WHERE state = 'dead' GROUP BY queue
             UNION ALL
            SELECT queue, 'parked', count(*), NULL FROM jobs WHERE state = 'parked' GROUP BY queue
            """)
        var counts: [QueueName: LedgerCount] = [:]
        for row in rows {
            guard let queue = QueueName(rawValue: try row["queue"]), let state = JobState(rawValue: try row["state"])
            else { continue }
            let count: Int = try row["count"]
            switch state {
            case .ready:
                counts[queue, default: LedgerCount()].ready = count
                counts[queue, default: LedgerCount()].oldestAgeSeconds = try row["age"]
            case .running: counts[queue, default: LedgerCount()].running = count
            case .dead: counts[queue, default: LedgerCount()].dead = count
            case .parked: counts[queue, default: LedgerCount()].parked = count
            case .done, .discarded: break
            }
        }
        return counts
    }
}

/// One queue as operators see it. Counts of `ready` and `delayed` come from Redis, the others from the ledger.
public struct QueueStatus: Sendable, Hashable {
    /// The name under which jobs are enqueued to it.
    public let queue: QueueName
    /// Jobs waiting in the Redis list.
    public let ready: Int
    /// Jobs in Redis that are due later.
    public let delayed: Int
    /// Durable jobs running now.
    public let running: Int
    /// Durable jobs waiting or due later, by the ledger: more than Redis shows while Redis lacks some.
    public let waiting: Int
    /// Dead letters, durable and ephemeral.
    public let dead: Int
    /// Jobs no worker understands yet.
    public let parked: Int
    /// Age in seconds of the oldest durable job that is due and waits.
    public let oldestAgeSeconds: Double?
    /// Worker processes with a lease.
    public let workers: Int
    /// What operators have set.
    public let settings: QueueSettings

    /// Whether claiming is stopped.
    public var isPaused: Bool { settings.isPaused }
}

/// As JSON for operators: the HTTP API and `cartwright queues --json` show the same document.
extension QueueStatus: Encodable {
    enum CodingKeys: String, CodingKey {
        case queue, ready, delayed, running, waiting, dead, parked, workers, concurrency
        case oldestAgeSeconds = "oldest_age_seconds"
        case isPaused = "paused"
        case rateLimit = "rate_limit"
    }

    /// Writes every member; the age is null when nothing is due, concurrency and rate limit when none is set.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(queue, forKey: .queue)
        try container.encode(ready, forKey: .ready)
        try container.encode(delayed, forKey: .delayed)
        try container.encode(running, forKey: .running)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(dead, forKey: .dead)
        try container.encode(parked, forKey: .parked)
        try container.encode(oldestAgeSeconds, forKey: .oldestAgeSeconds)
        try container.encode(workers, forKey: .workers)
        try container.encode(settings.isPaused, forKey: .isPaused)
        try container.encode(settings.concurrency, forKey: .concurrency)
        try container.encode(settings.rateLimit, forKey: .rateLimit)
    }
}
