import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

extension Shop {
    /// Marks a job in the ledger as running, as a claim would, and returns what its handler gets.
    /// - Parameters:
    ///   - kind: of several jobs of this kind the newest that has not finished, otherwise the newest.
    ///   - key: a key of the payload that must hold `value`; none for the only job of its kind.
    func claim<Kind: Job>(
        _ kind: Kind.Type, _ key: String? = nil, _ value: String? = nil, isLastAttempt: Bool = false
    ) async throws -> JobContext {
        let rows = try await database.pool.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = epoch + 1, attempts = attempts + 1
             WHERE id = (SELECT id FROM jobs
                          WHERE name = \(Kind.name)
                            AND (\(key)::text IS NULL OR payload ->> \(key)::text = \(value)::text)
                          ORDER BY state = 'done', id DESC LIMIT 1)
            RETURNING id, epoch
            """)
        let row = try #require(rows.first)
        return .firstAttempt(
            of: Kind.name, in: Kind.queue, id: JobID(rawValue: try row["id"]), epoch: try row["epoch"],
            isLastAttempt: isLastAttempt, logger: logger)
    }
}

extension JobContext {
    /// What a handler gets of the first attempt of a job, which need not be stored anywhere.
    static func firstAttempt(
        of name: String, in queue: QueueName, id: JobID = .new(), epoch: Int64 = 1, isLastAttempt: Bool = false,
        logger: Logger
    ) -> JobContext {
        JobContext(
            jobID: id, name: name, queue: queue, attempt: 1, crashes: 0, isLastAttempt: isLastAttempt,
            enqueuedAt: Date(), traceparent: nil, completion: JobCompletion(jobID: id, epoch: epoch),
            workerLogger: logger, progress: nil)
    }
}
