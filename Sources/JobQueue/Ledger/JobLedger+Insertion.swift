public import Foundation
import Postgres

extension JobLedger {
    /// Largest payload, in bytes of JSON.
    public static let maximumPayloadBytes = 64 * 1024

    /// A durable job to be inserted in the caller's transaction.
    ///
    /// - Parameters:
    ///   - job: the payload.
    ///   - unique: while another job holds this key the statement inserts nothing, and the transaction goes on; see
    ///     ``PendingJob/inserted(by:)``. While another transaction is about to take it, the statement waits for that
    ///     transaction's end.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handler.
    /// - Throws: ``JobPayloadError`` when the payload can't be encoded or is larger than ``maximumPayloadBytes``.
    public static func insertion<Kind: Job>(
        of job: Kind, unique: UniqueKey? = nil, id: JobID = .new(), runAt: Date? = nil, traceparent: String? = nil
    ) throws(JobPayloadError) -> PendingJob {
        let payload = String(decoding: try JobPayload.encode(job), as: UTF8.self)
        let statement: SQL
        if let unique {
            statement = """
                WITH taken AS (
                    INSERT INTO job_unique_keys (queue, key, job_id)
                    VALUES (\(Kind.queue), \(unique.key), \(id))
                    ON CONFLICT \(raw: unique.until.conflictAction)
                    RETURNING key
                )
                INSERT INTO jobs (id, queue, name, version, payload, dispatch_at, traceparent, unique_key, unique_until)
                SELECT \(id)::uuid, \(Kind.queue)::text, \(Kind.name)::text, \(Kind.version)::integer, \(payload)::jsonb,
                       coalesce(\(runAt)::timestamptz, now()), \(traceparent)::text, taken.key, \(unique.until)::text
                  FROM taken
                """
        } else {
            statement = """
                INSERT INTO jobs (id, queue, name, version, payload, dispatch_at, traceparent)
                VALUES (\(id), \(Kind.queue), \(Kind.name), \(Kind.version), \(payload)::jsonb,
                        coalesce(\(runAt)::timestamptz, now()), \(traceparent))
                """
        }
        return PendingJob(
            id: id, queue: Kind.queue, name: Kind.name, version: Kind.version, runAt: runAt, uniqueKey: unique,
            statement: statement)
    }
}
