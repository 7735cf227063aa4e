import Postgres
import Redis

extension JobInspector {
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
}
