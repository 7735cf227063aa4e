import Foundation
import Postgres

@testable import JobQueue

/// Jobs that are made in the ledger by the thousand, with ids that follow each other.
enum GeneratedRows {
    /// Makes `count` rows, `age` milliseconds old and older by one millisecond each in the order of their ids.
    static func insert(
        _ count: Int, state: JobState = .dead, queue: QueueName = Task1.queue, name: String = Task1.name,
        fingerprint: String? = "f",
        message: String = "no order", endingAge age: Int = 0, into database: PostgresPool
    ) async throws {
        try await database.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, process, reason, fingerprint, attempts, errors,
                finished_at)
            SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - \(age) - \(count) + n), 12, '0')
                    || '7' || substr(md5(random()::text), 1, 3)
                    || '8' || substr(md5(random()::text), 1, 15))::uuid,
                   \(queue)::text, \(name)::text, jsonb_build_object('text', 'job ' || n), \(state.rawValue)::text,
                   \(state == .running ? "p" : nil)::text,
                   \(state == .dead || state == .parked ? "attempts_exhausted" : nil)::text,
                   \(state == .dead || state == .parked ? fingerprint : nil)::text, 1,
                   jsonb_build_array(jsonb_build_object('attempt', 1, 'code', 'transient',
                                                        'message', \(message)::text || ' ' || n, 'process', 'p',
                                                        'duration_ms', 1, 'at', now())),
                   now() - (\(count) - n) * interval '1 millisecond'
              FROM generate_series(1, \(count)::bigint) AS n
            """)
    }
}
