public import Foundation
import Postgres

extension JobLedger {
    /// Largest payload, in bytes of JSON.
    public static let maximumPayloadBytes = 64 * 1024

    /// A durable job to be inserted in the caller's transaction.
    ///
    /// - Parameters:
    ///   - job: the payload.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handler.
    /// - Throws: ``JobPayloadError`` when the payload can't be encoded or is larger than ``maximumPayloadBytes``.
    public static func insertion<Kind: Job>(
        of job: Kind, id: JobID = .new(), runAt: Date? = nil, traceparent: String? = nil
    ) throws(JobPayloadError) -> PendingJob {
        let payload = try JobPayload.encode(job)
        let text = String(decoding: payload, as: UTF8.self)
        let statement: SQL = """
            INSERT INTO jobs (id, queue, name, version, payload, dispatch_at, traceparent)
            VALUES (\(id), \(Kind.queue), \(Kind.name), \(Kind.version), \(text)::jsonb,
                    coalesce(\(runAt)::timestamptz, now()), \(traceparent))
            """
        return PendingJob(id: id, queue: Kind.queue, name: Kind.name, version: Kind.version, runAt: runAt, statement: statement)
    }
}
