public import Foundation
public import Postgres

/// A durable job on its way: ``statement`` inserts its ledger row inside the caller's transaction; after the commit, hand it to
/// ``JobDispatcher/push(_:)``. When the process dies between the two, the ledger sweeper pushes it.
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
    /// Inserts the ledger row.
    public let statement: SQL
}
