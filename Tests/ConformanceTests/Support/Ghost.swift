import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import Redis

/// A process that died with two jobs claimed and neither started, as it then lies in Redis: for scenarios that need
/// something to recover and know in advance by whose name it will be asked for.
struct Ghost {
    /// Its name; stands in the command that takes its jobs back, and in no other that a worker sends.
    let name: String
    let durable: JobID
    let ephemeral: JobID

    /// - Parameter willAppear: called with its name before anybody can have heard of it.
    init(_ arena: Arena, willAppear: (String) -> Void) async throws {
        let (durable, ephemeral) = (MainErrand(Act(.effect)), MainErrand(Act()))
        let keys = QueueKeys(prefix: arena.prefix, queue: MainErrand.queue)
        let ghost = ProcessID.new()
        willAppear(ghost.rawValue)
        let stored = try JobLedger.insertion(of: durable)
        try await arena.commit(stored)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let loose = JobID.new()
        let envelopes = [
            Envelope(id: stored.id, name: MainErrand.name, version: 1, enqueuedAt: now, isDurable: true),
            Envelope(
                id: loose, name: MainErrand.name, version: 1, enqueuedAt: now, isDurable: false,
                payload: ArraySlice(try JSONEncoder().encode(ephemeral))),
        ]
        for (index, envelope) in envelopes.enumerated() {
            _ = try await arena.redis.send(
                RedisCommand(
                    "HSET", .init(keys.claims(ghost)), .init(Int(now) * 1000 + index), .init(envelope.encoded())))
        }
        _ = try await arena.redis.send(RedisCommand("ZADD", .init(keys.leases), "1", .init(ghost.rawValue)))
        (name, self.durable, self.ephemeral) = (ghost.rawValue, stored.id, loose)
    }
}
