import HTTPTypes
import JobQueue

/// Problems of looking after jobs.
extension Problem {
    init(_ error: JobInspectionError) {
        switch error {
        case .notFound: self = .notFound("job")
        case .uniqueKeyTaken: self = Problem("unique_key_taken", .conflict, "Unique key taken", "The \(error).")
        case .notInBulk: self = .invalid("state", .invalidFormat, "Expected dead or parked.")
        case .foreignCursor: self = .invalidCursor
        case .wrongState, .notCancellable: self = Problem("job_not_changeable", .conflict, "Job not changeable", "The \(error).")
        }
    }
}
