import HTTPTypes
import JobQueue

/// Problems of looking after jobs.
extension Problem {
    init(_ error: JobInspectionError) {
        switch error {
        case .notFound: self = .notFound("job")
        case .wrongState: self = Problem("job_not_changeable", .conflict, "Job not changeable", "The \(error).")
        }
    }
}
