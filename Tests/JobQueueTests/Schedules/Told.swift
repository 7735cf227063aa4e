import JobQueue
import Synchronization

/// What each job's payload said.
final class Told: Sendable {
    private let texts = Mutex<[JobID: String]>([:])

    func note(_ job: JobID, _ text: String) { texts.withLock { $0[job] = text } }
    func text(of job: JobID) -> String? { texts.withLock { $0[job] } }
}
