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
    ///
    /// - Throws: `PostgresError`, `RedisError`, or `CancellationError`.
    public func show(_ id: JobID) async throws -> JobDetail? {
        if let row = try await database.query("SELECT \(raw: JobDetail.columns) FROM jobs WHERE id = \(id)").first {
            return try JobDetail(row)
        }
        return try await findEphemeral(id)?.detail
    }
}

extension JobInspector {
    /// The same inspector, whose changes run these statements in their transactions: a change and the note of it happen
    /// together or not at all.
    ///
    /// Ephemeral jobs are in Redis alone. Of them the note is written right after the change.
    /// - Throws: nothing itself: what `note` throws undoes the change that it was to note.
    public func noting(_ note: @escaping @Sendable (JobChange) throws -> [SQL]) -> JobInspector {
        var copy = self
        copy.note = note
        return copy
    }

    /// Writes the note of a change of ephemeral jobs.
    func takeNote(_ change: JobChange) async throws {
        let statements = try note(change)
        if !statements.isEmpty { try await database.execute(statements) }
    }
}

/// Why a change that an operator asked for was not made.
public enum JobInspectionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No job has this id.
    case notFound(JobID)
    /// A job in this state can't be retried or discarded.
    case wrongState(JobID, JobState)
    /// A job in this state can't be canceled.
    case notCancelable(JobID, JobState)
    /// Only dead and parked jobs are changed many at a time.
    case notInBulk(JobState)
    /// The cursor is of a list of other conditions.
    case foreignCursor
    /// A dead job can't be brought back while another one holds its unique key.
    case uniqueKeyTaken(JobID, by: JobID)

    /// A sentence for operators.
    public var description: String {
        switch self {
        case .notFound(let id): "there is no job \(id)"
        case .wrongState(let id, .running): "job \(id) is running; wait until it ends, or cancel it"
        case .wrongState(let id, let state):
            "job \(id) is \(state.rawValue); only dead, parked and waiting jobs can be retried or discarded"
        case .notCancelable(let id, let state):
            "job \(id) is \(state.rawValue); only running and waiting jobs can be canceled"
        case .notInBulk(let state):
            "\(state.rawValue) jobs can't be changed many at a time; only dead and parked ones can"
        case .foreignCursor: "the cursor is of a list of other conditions; begin without one"
        case .uniqueKeyTaken(let id, let holder):
            "job \(id) can't come back: another job with its unique key waits or runs: \(holder)"
        }
    }
}
