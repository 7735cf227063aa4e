package import Logging
import Synchronization

/// How far the long jobs of this process are. Handlers report as often as they like; the ledger is told once a second.
package final class ProgressReporter: Sendable {
    private struct Entry {
        let job: JobID
        var throttle = ProgressThrottle()
    }

    private let ledger: JobLedger
    private let logger: Logger
    private let entries = Mutex<[Int64: Entry]>([:])

    package init(ledger: JobLedger, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
    }

    /// A handler reports.
    func report(_ progress: JobProgress, job: JobID, epoch: Int64) async {
        let action = entries.withLock { $0[epoch, default: Entry(job: job)].throttle.report(progress, at: .now) }
        if case .write(let progress) = action { await write(progress, job: job, epoch: epoch) }
    }

    /// Writes what was held back. Called once a second.
    func flush() async {
        let held = entries.withLock { entries in
            var held: [(epoch: Int64, job: JobID, progress: JobProgress)] = []
            for (epoch, entry) in entries {
                if let progress = entries[epoch]?.throttle.take(at: .now) { held.append((epoch, entry.job, progress)) }
            }
            return held
        }
        for report in held { await write(report.progress, job: report.job, epoch: report.epoch) }
    }

    /// The attempt has ended: where the job is now, its state says.
    func end(_ epoch: Int64) {
        entries.withLock { entries in
            if !entries.isEmpty { entries[epoch] = nil }
        }
    }

    /// A report that could not be written is no reason to fail a job.
    private func write(_ progress: JobProgress, job: JobID, epoch: Int64) async {
        do {
            _ = try await ledger.recordProgress(progress, job: job, epoch: epoch)
        } catch {
            logger.debug("could not write a job's progress", metadata: ["job_id": "\(job)", "error": "\(error)"])
        }
    }
}
