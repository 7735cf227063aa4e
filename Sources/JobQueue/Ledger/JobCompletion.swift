public import Postgres
import Synchronization

/// Completes a durable job inside the transaction that holds its effects: `try transaction.pipeline(effect,
/// completion)`. When the attempt is stale (its process was taken for dead and the job has moved on), that throws
/// ``JobFenced`` and the transaction with all its effects rolls back.
public struct JobCompletion: Sendable {
    /// The job to complete.
    public let jobID: JobID
    /// The fencing epoch of this attempt's claim.
    public let epoch: Int64
    private let used: UsedFlag

    /// A completion for one attempt. Tests of storage code make their own; handlers get theirs from ``JobContext``.
    public init(jobID: JobID, epoch: Int64) {
        self.jobID = jobID
        self.epoch = epoch
        self.used = UsedFlag()
    }

    /// Sets the ledger row done where it still runs under this attempt's epoch; affects one row, or none when the
    /// attempt is stale.
    public var statement: SQL {
        """
        UPDATE jobs
           SET state = 'done', finished_at = now(), process = NULL
         WHERE id = \(jobID) AND epoch = \(epoch) AND \(JobLedger.state()) = 'running'
        """
    }

    /// Throws ``JobFenced`` unless the statement completed the row.
    public func check(_ result: PostgresResult) throws(JobFenced) {
        guard result.affectedRows == 1 else { throw JobFenced(jobID: jobID, epoch: epoch) }
        used.raise()
    }

    /// Whether the handler has completed the job itself.
    package var isUsed: Bool { used.isRaised }
}

extension JobCompletion: PipelineMember {
    /// Adds ``statement``.
    public func append(to statements: inout [SQL]) {
        statements.append(statement)
    }

    /// Throws ``JobFenced`` unless the statement completed the row.
    public func output(from results: inout PipelineResults) throws {
        try check(results.next())
    }
}

/// Thrown when a stale attempt tries to complete a job that has moved on.
public struct JobFenced: Error, Equatable, CustomStringConvertible {
    /// The job that another attempt runs or has ended.
    public let jobID: JobID
    /// The stale attempt's epoch.
    public let epoch: Int64

    /// A sentence for the log.
    public var description: String { "job \(jobID) has moved on: the attempt under epoch \(epoch) is stale" }
}

private final class UsedFlag: Sendable {
    private let raised = Atomic<Bool>(false)
    func raise() { raised.store(true, ordering: .releasing) }
    var isRaised: Bool { raised.load(ordering: .acquiring) }
}
