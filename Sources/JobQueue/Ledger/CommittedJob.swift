import Foundation

/// What Redis is told of a durable job whose row is in the ledger.
struct CommittedJob: Sendable {
    let id: JobID
    let queue: QueueName
    let name: String
    let version: Int
    /// Not before this time; nil means at once.
    let runAt: Date?
}
