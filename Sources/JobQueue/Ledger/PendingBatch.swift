public import Foundation
public import Postgres

/// Many durable jobs of one kind on their way: ``statement`` inserts all their ledger rows inside the caller's
/// transaction; after the commit, hand the batch to ``JobDispatcher/push(_:)``.
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
    public func inserted(by result: PostgresResult) throws -> PendingBatch {
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
    public func output(from results: inout PipelineResults) throws -> PendingBatch {
        try inserted(by: results.next())
    }
}
