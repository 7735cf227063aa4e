public import Foundation
import Postgres

extension JobLedger {
    /// Many durable jobs of one kind to be inserted in the caller's transaction, in one statement. Some ten thousand at
    /// a time is a good measure.
    ///
    /// - Parameters:
    ///   - jobs: the payloads.
    ///   - unique: the key of each; all must be given back at the same moment. Of several with one key the first is
    ///     inserted. The keys are taken in their own order, so that two batches do not wait for each other.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handlers.
    /// - Throws: ``JobPayloadError`` for the first payload that can't be encoded or is larger than
    ///   ``maximumPayloadBytes``, and what `unique` throws.
    public static func insertions<Kind: Job>(
        of jobs: [Kind], unique: ((Kind) throws -> UniqueKey)? = nil, runAt: Date? = nil, traceparent: String? = nil
    ) throws -> PendingBatch {
        let ids = jobs.map { _ in JobID.new() }
        let payloads = try jobs.map { String(decoding: try JobPayload.encode($0), as: UTF8.self) }
        let rows: SQL =
            if let unique {
                taking(try jobs.map(unique), of: Kind.queue, ids: ids, payloads: payloads)
            } else {
                """
                WITH job AS (
                    SELECT id, payload, NULL::text AS key, NULL::text AS until FROM unnest(\(ids.map(\.rawValue))::uuid[], \(payloads)::text[]) AS job (id, payload)
                )
                """
            }
        let statement: SQL = """
            \(rows)
            INSERT INTO jobs (id, queue, name, version, payload, dispatch_at, traceparent, unique_key, unique_until)
            SELECT id, \(Kind.queue)::text, \(Kind.name)::text, \(Kind.version)::integer, payload::jsonb,
                   coalesce(\(runAt)::timestamptz, now()), \(traceparent)::text, key, until
              FROM job
            \(raw: unique == nil ? "" : "RETURNING id")
            """
        return PendingBatch(
            ids: ids, queue: Kind.queue, name: Kind.name, version: Kind.version, runAt: runAt, statement: statement)
    }

    /// `job`: the rows whose keys this statement takes.
    private static func taking(_ keys: [UniqueKey], of queue: QueueName, ids: [JobID], payloads: [String]) -> SQL {
        let until = keys.first?.until ?? .finished
        precondition(
            keys.allSatisfy { $0.until == until }, "the unique keys of one batch are given back at the same moment")
        return """
            WITH wanted AS MATERIALIZED (
                SELECT DISTINCT ON (key) key, id, payload
                  FROM unnest(\(ids.map(\.rawValue))::uuid[], \(payloads)::text[], \(keys.map(\.key))::text[])
                       WITH ORDINALITY AS job (id, payload, key, place)
                 ORDER BY key, place
            ), taken AS (
                INSERT INTO job_unique_keys (queue, key, job_id)
                SELECT \(queue)::text, key, id FROM wanted ORDER BY key
                ON CONFLICT \(raw: until.conflictAction)
                RETURNING job_id
            ), job AS (
                SELECT id, payload, key, \(until)::text AS until FROM wanted JOIN taken ON taken.job_id = wanted.id
            )
            """
    }
}
