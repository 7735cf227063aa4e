import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import Redis

/// Jobs that a process had claimed when it died, as they then lie in Redis: for scenarios that need something to recover now and not in eight seconds.
enum Ghost {
    /// Enqueues a durable and an ephemeral job that were claimed, never started, and whose process' lease has lapsed.
    static func haunt(_ arena: Arena, durable: MainErrand, ephemeral: MainErrand) async throws -> (durable: JobID, ephemeral: JobID) {
        let keys = QueueKeys(prefix: arena.prefix, queue: MainErrand.queue)
        let ghost = ProcessID.new()
        let stored = try JobLedger.insertion(of: durable)
        try await arena.commit(stored)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let loose = JobID.new()
        let envelopes = [
            Envelope(id: stored.id, name: MainErrand.name, version: 1, enqueuedAt: now, isDurable: true),
            Envelope(
                id: loose, name: MainErrand.name, version: 1, enqueuedAt: now, isDurable: false,
                payload: Array(try JSONEncoder().encode(ephemeral))),
        ]
        for (index, envelope) in envelopes.enumerated() {
            _ = try await arena.redis.send(
                RedisCommand("HSET", .init(keys.claims(ghost)), .init(Int(now) * 1000 + index), .init(envelope.encoded())))
        }
        _ = try await arena.redis.send(RedisCommand("ZADD", .init(keys.leases), "1", .init(ghost.rawValue)))
        return (stored.id, loose)
    }
}
