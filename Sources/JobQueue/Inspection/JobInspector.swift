public import Postgres
import Redis

/// What operators do with jobs and queues: list, look at, retry, discard, pause. The HTTP API and the CLI both stand on
/// it.
public struct JobInspector: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher
    /// What takes note of changes, see ``noting(_:)``.
    var note: @Sendable (JobChange) throws -> [SQL] = { _ in [] }

    var ledger: JobLedger { JobLedger(database: database) }

    /// Looks into the ledger of `database` and the lists that `dispatcher` pushes to.
    public init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// One job, or nil.
    public func show(_ id: JobID) async throws -> JobDetail? {
        if let row = try await database.query("SELECT \(raw: JobDetail.columns) FROM jobs WHERE id = \(id)").first {
            return try JobDetail(row)
        }
        return try await findEphemeral(id)?.detail
    }
}
