import Foundation
public import Postgres
import Redis

/// What operators do with jobs and queues: list, look at, retry, discard, pause. The HTTP API and the CLI both stand on it.
public struct JobInspector: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// Looks into the ledger of `database` and the lists that `dispatcher` pushes to.
    public init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    // MARK: Jobs

    /// One page of jobs, newest first. The first page of dead letters also holds the dead ephemeral jobs of `filter.queue` (or of all
    /// queues known to the ledger).
    public func list(_ filter: JobFilter, limit: Int, after cursor: JobID? = nil) async throws -> JobPage {
        let limit = min(max(limit, 1), 200)
        let rows = try await database.query(
            """
            SELECT \(raw: Self.columns)
              FROM jobs
             WHERE (\(cursor)::uuid IS NULL OR id < \(cursor)::uuid)
               AND (\(filter.state?.rawValue)::text IS NULL OR state = \(filter.state?.rawValue)::text)
               AND (\(filter.queue?.rawValue)::text IS NULL OR queue = \(filter.queue?.rawValue)::text)
               AND (\(filter.name)::text IS NULL OR name = \(filter.name)::text)
               AND (\(filter.since)::timestamptz IS NULL OR created_at >= \(filter.since)::timestamptz)
               AND (\(filter.hasErrors)::boolean IS NULL OR (errors <> '[]'::jsonb) = \(filter.hasErrors)::boolean)
               AND (\(filter.text)::text IS NULL
                    OR strpos(lower(id::text || payload::text || errors::text), lower(\(filter.text)::text)) > 0)
             ORDER BY id DESC
             LIMIT \(limit + 1)
            """)
        var items = try rows.prefix(limit).map(Self.detail)
        let next = rows.count > limit ? items.last?.id : nil
        if filter.state == .dead && cursor == nil {
            items += try await deadEphemeral(filter, limit: limit - items.count)
        }
        return JobPage(items: items, nextCursor: next)
    }

    /// One job, or nil.
    public func show(_ id: JobID) async throws -> JobDetail? {
        if let row = try await database.query("SELECT \(raw: Self.columns) FROM jobs WHERE id = \(id)").first {
            return try Self.detail(row)
        }
        return try await findEphemeral(id)?.detail
    }

    /// Makes a dead, parked or waiting job run at once, with all its attempts ahead of it. It keeps its id, and with it the idempotency
    /// keys of its external calls.
    ///
    /// - Throws: ``JobInspectionError`` when there is no such job, or it is running or finished.
    public func retry(_ id: JobID) async throws {
        let rows = try await database.query(
            """
            UPDATE jobs
               SET state = 'ready', reason = NULL, finished_at = NULL, attempts = 0, crashes = 0, dispatch_at = now()
             WHERE id = \(id) AND state IN ('dead', 'parked', 'ready')
            RETURNING queue, name, version
            """)
        if let row = rows.first {
            guard let queue = QueueName(rawValue: try row["queue"]) else { return }
            await dispatcher.push([
                PendingJob(id: id, queue: queue, name: try row["name"], version: try row["version"], runAt: nil, statement: "SELECT 1")
            ])
            return
        }
        if let job = try await findEphemeral(id) {
            var envelope = job.envelope
            envelope.attempts = 0
            envelope.crashes = 0
            let keys = QueueKeys(prefix: dispatcher.prefix, queue: job.queue)
            let revived = try await dispatcher.redis.evaluate(
                QueueScripts.revive, keys: [keys.dead, keys.bodies, keys.ready, keys.unique],
                arguments: [.init(id.description), .init(envelope.encoded()), .init(envelope.uniqueKey)])
            if revived.int == 1 { return }
        }
        throw try await refusal(id)
    }

    /// Gives up a dead, parked or waiting job. It stays in the ledger as `discarded` until its day is dropped.
    ///
    /// - Throws: ``JobInspectionError`` when there is no such job, or it is running or finished.
    public func discard(_ id: JobID) async throws {
        let count = try await database.execute(
            """
            UPDATE jobs
               SET state = 'discarded', reason = NULL, finished_at = now()
             WHERE id = \(id) AND state IN ('dead', 'parked', 'ready')
            """)
        if count == 1 { return }
        if let job = try await findEphemeral(id) {
            let keys = QueueKeys(prefix: dispatcher.prefix, queue: job.queue)
            _ = try await dispatcher.redis.send([
                RedisCommand("ZREM", .init(keys.dead), .init(id.description)),
                RedisCommand("HDEL", .init(keys.bodies), .init(id.description)),
            ])
            return
        }
        throw try await refusal(id)
    }

    private func refusal(_ id: JobID) async throws -> JobInspectionError {
        guard let job = try await show(id) else { return .notFound(id) }
        return .wrongState(id, job.state)
    }

    // MARK: Queues

    /// All queues: those the ledger has unfinished jobs of, and `known` ones.
    public func queues(known: [QueueName] = []) async throws -> [QueueStatus] {
        let rows = try await database.query(
            """
            SELECT queue,
                   count(*) FILTER (WHERE state = 'ready') AS waiting,
                   count(*) FILTER (WHERE state = 'running') AS running,
                   count(*) FILTER (WHERE state = 'dead') AS dead,
                   count(*) FILTER (WHERE state = 'parked') AS parked,
                   extract(epoch FROM now() - min(dispatch_at) FILTER (WHERE state = 'ready' AND dispatch_at <= now()))::float8 AS age
              FROM jobs
             WHERE state IN ('ready', 'running', 'dead', 'parked')
             GROUP BY queue
            """)
        var ledger: [QueueName: PostgresRow] = [:]
        for row in rows {
            if let queue = QueueName(rawValue: try row["queue"]) { ledger[queue] = row }
        }
        var statuses: [QueueStatus] = []
        for queue in Set(known).union(ledger.keys).sorted(by: { $0.rawValue < $1.rawValue }) {
            let keys = QueueKeys(prefix: dispatcher.prefix, queue: queue)
            let counts = try await dispatcher.redis.send([
                RedisCommand("LLEN", .init(keys.ready)), RedisCommand("ZCARD", .init(keys.delayed)),
                RedisCommand("ZCARD", .init(keys.dead)),
                RedisCommand("ZCARD", .init(keys.leases)), RedisCommand("HEXISTS", .init(keys.settings), "paused"),
            ]).map { $0.int ?? 0 }
            let row = ledger[queue]
            statuses.append(
                QueueStatus(
                    queue: queue, ready: counts[0], delayed: counts[1], running: try row?["running"] ?? 0,
                    waiting: try row?["waiting"] ?? 0,
                    dead: (try row?["dead"] ?? 0) + counts[2], parked: try row?["parked"] ?? 0, oldestAgeSeconds: try row?["age"] ?? nil,
                    workers: counts[3], isPaused: counts[4] == 1))
        }
        return statuses
    }

    /// Stops all claiming from a queue; running jobs finish. Holds until ``resume(_:)``, over restarts of the workers.
    public func pause(_ queue: QueueName) async throws {
        let keys = QueueKeys(prefix: dispatcher.prefix, queue: queue)
        _ = try await dispatcher.redis.send(RedisCommand("HSET", .init(keys.settings), "paused", "1"))
    }

    /// Lets workers claim from the queue again, within half a second.
    public func resume(_ queue: QueueName) async throws {
        let keys = QueueKeys(prefix: dispatcher.prefix, queue: queue)
        _ = try await dispatcher.redis.send(RedisCommand("HDEL", .init(keys.settings), "paused"))
    }

    // MARK: Reading

    private static let columns = """
        id, queue, name, state, reason, attempts, crashes, payload::text AS payload, errors::text AS errors, process, created_at,
        dispatch_at, started_at, finished_at
        """

    private static func detail(_ row: PostgresRow) throws -> JobDetail {
        let errors: String = try row["errors"]
        let state: String = try row["state"]
        return JobDetail(
            id: JobID(rawValue: try row["id"]), queue: try row["queue"], name: try row["name"], state: JobState(rawValue: state) ?? .parked,
            reason: try row["reason"], attempts: try row["attempts"], crashes: try row["crashes"], payload: try row["payload"],
            errors: try JSONDecoder().decode([AttemptRecord].self, from: Data(errors.utf8)), process: try row["process"],
            createdAt: try row["created_at"], dispatchAt: try row["dispatch_at"], startedAt: try row["started_at"],
            finishedAt: try row["finished_at"], isDurable: true)
    }
}
