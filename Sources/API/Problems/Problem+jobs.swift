import HTTPTypes
import JobQueue

/// Problems of looking after jobs.
extension Problem {
    /// What would be left undone is told before it is; whoever asks again with `confirm=true` knows.
    static func leavesBehind(_ remains: [String], confirming how: String) -> Problem {
        var problem = Problem(
            "job_leaves_behind", .conflict, "Something is left undone",
            remains.joined(separator: " ") + " Nothing was changed. To discard it all the same, \(how).")
        problem.lists["leaves_behind"] = remains
        return problem
    }

    init(_ error: JobInspectionError) {
        switch error {
        case .notFound: self = .notFound("job")
        case .uniqueKeyTaken: self = Problem("unique_key_taken", .conflict, "Unique key taken", "The \(error).")
        case .notInBulk: self = .invalid("state", .invalidFormat, "Expected dead or parked.")
        case .foreignCursor: self = .invalidCursor
        case .wrongState, .notCancellable:
            self = Problem("job_not_changeable", .conflict, "Job not changeable", "The \(error).")
        }
    }
}
