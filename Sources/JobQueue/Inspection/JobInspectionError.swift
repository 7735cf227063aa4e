/// Why an operator's wish was not carried out.
public enum JobInspectionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No job has this id.
    case notFound(JobID)
    /// A job in this state can't be retried or discarded.
    case wrongState(JobID, JobState)
    /// A job in this state can't be cancelled.
    case notCancellable(JobID, JobState)
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
        case .notCancellable(let id, let state):
            "job \(id) is \(state.rawValue); only running and waiting jobs can be cancelled"
        case .notInBulk(let state):
            "\(state.rawValue) jobs can't be changed many at a time; only dead and parked ones can"
        case .foreignCursor: "the cursor is of a list of other conditions; begin without one"
        case .uniqueKeyTaken(let id, let holder):
            "job \(id) can't come back: another job with its unique key waits or runs: \(holder)"
        }
    }
}
