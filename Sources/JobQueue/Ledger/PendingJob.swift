public import Foundation
public import Postgres

/// A durable job on its way: ``statement`` inserts its ledger row inside the caller's transaction; after the commit,
/// hand it to ``JobDispatcher/push(_:)``. When the process dies between the two, the ledger sweeper pushes it.
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
    public func output(from results: inout PipelineResults) throws -> PendingJob? {
        inserted(by: try results.next())
    }
}
