public import Foundation
public import Postgres

extension JobLedger {
    /// Largest payload, in bytes of JSON.
    public static let maximumPayloadBytes = JobPayload.maximumBytes

    /// A durable job to be inserted in the caller's transaction.
    ///
    /// - Parameters:
    ///   - job: the payload.
    ///   - unique: while another job holds this key the statement inserts nothing, and the transaction goes on; see
    ///     ``PendingJob/inserted(by:)``. While another transaction is about to take it, the statement waits for that
    ///     transaction's end.
    ///   - id: another one only where it has to be known beforehand.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handler; without one that of this task.
    /// - Throws: ``JobPayloadError`` when the payload can't be encoded or is larger than ``maximumPayloadBytes``.
    public static func insertion<Kind: Job>(
        of job: Kind, unique: UniqueKey? = nil, id: JobID = .new(), runAt: Date? = nil, traceparent: String? = nil
    ) throws(JobPayloadError) -> PendingJob {
        let payload = String(decoding: try JobPayload.encode(job), as: UTF8.self)
        let traceparent = traceparent ?? JobTrace.current
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
                SELECT \(id)::uuid, \(Kind.queue)::text, \(Kind.name)::text, \(Kind.version)::integer,
                       \(payload)::jsonb, coalesce(\(runAt)::timestamptz, now()), \(traceparent)::text, taken.key,
                       \(unique.until)::text
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

/// A durable job on its way: ``statement`` inserts its ledger row inside the caller's transaction; after the commit,
/// hand it to `push` of ``JobDispatcher``. When the process dies between the two, the ledger sweeper pushes it.
public struct PendingJob: Sendable {
    /// The id it will have.
    public let id: JobID
    /// The queue it will wait in.
    public let queue: QueueName
    /// The kind's stable name.
    public let name: String
    /// The payload's version.
    public let version: Int
    /// Not before this time; nil means at once.
    public let runAt: Date?
    /// The key it takes, if any.
    public let uniqueKey: UniqueKey?
    /// Inserts the ledger row; no row while another job holds the unique key.
    public let statement: SQL

    /// The job to push when ``statement`` inserted its row; nil when another job holds its unique key. Pushing one that
    /// was not inserted does no harm, but costs a worker a look into the ledger.
    ///
    /// - Parameter result: what ``statement`` gave back.
    public func inserted(by result: PostgresResult) -> PendingJob? {
        result.affectedRows > 0 ? self : nil
    }

    var committed: CommittedJob { CommittedJob(id: id, queue: queue, name: name, version: version, runAt: runAt) }
}

extension PendingJob: PipelineMember {
    /// Adds ``statement``.
    public func append(to statements: inout [SQL]) {
        statements.append(statement)
    }

    /// The job to push when its row was inserted; nil when another job holds its unique key.
    ///
    /// - Throws: `PostgresError` when there is no result left.
    public func output(from results: inout PipelineResults) throws -> PendingJob? {
        inserted(by: try results.next())
    }
}

extension JobLedger {
    /// Many durable jobs of one kind to be inserted in the caller's transaction, in one statement. Some ten thousand at
    /// a time is a good measure.
    ///
    /// - Parameters:
    ///   - jobs: the payloads.
    ///   - unique: the key of each; all must be released at the same moment. Of several with one key the first is
    ///     inserted. The keys are taken in their own order, so that two batches do not wait for each other.
    ///   - runAt: not before this time; nil means at once.
    ///   - traceparent: W3C trace context to hand on to the handlers; without one that of this task.
    /// - Throws: ``JobPayloadError`` for the first payload that can't be encoded or is larger than
    ///   ``maximumPayloadBytes``, and what `unique` throws.
    public static func insertions<Kind: Job>(
        of jobs: [Kind], unique: ((Kind) throws -> UniqueKey)? = nil, runAt: Date? = nil, traceparent: String? = nil
    ) throws -> PendingBatch {
        let ids = jobs.map { _ in JobID.new() }
        let payloads = try jobs.map { String(decoding: try JobPayload.encode($0), as: UTF8.self) }
        let traceparent = traceparent ?? JobTrace.current
        let rows: SQL =
            if let unique {
                taking(try jobs.map(unique), of: Kind.queue, ids: ids, payloads: payloads)
            } else {
                """
                WITH job AS (
                    SELECT id, payload, NULL::text AS key, NULL::text AS until
                      FROM unnest(\(ids.map(\.rawValue))::uuid[], \(payloads)::text[]) AS job (id, payload)
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
            keys.allSatisfy { $0.until == until }, "the unique keys of one batch are released at the same moment")
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

/// Many durable jobs of one kind on their way: ``statement`` inserts all their ledger rows inside the caller's
/// transaction; after the commit, hand the batch to `push` of ``JobDispatcher``.
public struct PendingBatch: Sendable {
    /// The ids the jobs will have, in the order of their payloads.
    public let ids: [JobID]
    /// The queue they will wait in.
    public let queue: QueueName
    /// The kind's stable name.
    public let name: String
    /// The payloads' version.
    public let version: Int
    /// Not before this time; nil means at once.
    public let runAt: Date?
    /// Inserts the rows, but for those whose unique key another job holds, and returns the ids of those it inserted.
    public let statement: SQL

    /// The jobs to push: those whose rows ``statement`` inserted. For jobs with unique keys; without, all are.
    ///
    /// - Parameter result: what ``statement`` gave back.
    /// - Throws: `PostgresError` when the result is not of ``statement``.
    public func inserted(by result: PostgresResult) throws -> PendingBatch {
        if result.affectedRows == ids.count { return self }
        let rows = Set(try result.rows.map { JobID(rawValue: try $0["id"]) })
        return PendingBatch(
            ids: ids.filter(rows.contains), queue: queue, name: name, version: version, runAt: runAt,
            statement: statement)
    }

    var committed: [CommittedJob] {
        ids.map { CommittedJob(id: $0, queue: queue, name: name, version: version, runAt: runAt) }
    }
}

extension PendingBatch: PipelineMember {
    /// Adds ``statement``.
    public func append(to statements: inout [SQL]) {
        statements.append(statement)
    }

    /// The jobs to push: those whose rows were inserted. For jobs with unique keys; without, all are.
    ///
    /// - Throws: `PostgresError` when the result is not of ``statement``.
    public func output(from results: inout PipelineResults) throws -> PendingBatch {
        try inserted(by: results.next())
    }
}

/// What Redis is told of a durable job whose row is in the ledger.
struct CommittedJob: Sendable {
    let id: JobID
    let queue: QueueName
    let name: String
    let version: Int
    /// Not before this time; nil means at once.
    let runAt: Date?
}
