import Synchronization

/// The handlers that run in one consumer now, each with the time at which it must be stopped. Jobs mostly last milliseconds, so this
/// costs a job two entries in a table, and not a task and a timer of its own.
final class RunningJobs: Sendable {
    /// Why a handler was told to stop.
    enum Stop: Sendable {
        case timeLimit
        /// An operator wants it.
        case cancelled
    }

    private struct Running {
        let job: JobID
        let deadline: ContinuousClock.Instant
        let task: TaskHandle
        var stop: Stop?
    }

    /// `@unchecked`, and kept beyond `withUnsafeCurrentTask`, for one use: other threads cancel the task, which is safe while it lives, and
    /// the entry is removed, under the lock, before it can end.
    private struct TaskHandle: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    private let running = Mutex<[Int64: Running]>([:])

    /// Runs `body` and cancels its task when it is told to, or at the deadline.
    /// - Returns: what `body` threw, if anything, and why it was stopped, if it was.
    func supervise(
        _ job: JobID, epoch: Int64, deadline: ContinuousClock.Instant, _ body: () async throws -> Void
    ) async -> (error: (any Error)?, stop: Stop?) {
        withUnsafeCurrentTask { task in
            guard let task else { return }
            let entry = Running(job: job, deadline: deadline, task: TaskHandle(task: task))
            running.withLock { $0[epoch] = entry }
        }
        var failure: (any Error)?
        do {
            try await body()
        } catch {
            failure = error
        }
        return (failure, running.withLock { $0.removeValue(forKey: epoch)?.stop })
    }

    /// Stops the handlers that have run for too long.
    func stopOverdue(at now: ContinuousClock.Instant) {
        running.withLock { running in
            for (epoch, job) in running where job.stop == nil && job.deadline <= now { Self.stop(&running, epoch, .timeLimit) }
        }
    }

    /// Stops the handler of this attempt if it still runs.
    func cancel(_ job: JobID, epoch: Int64) {
        running.withLock { running in
            if running[epoch]?.job == job, running[epoch]?.stop == nil { Self.stop(&running, epoch, .cancelled) }
        }
    }

    private static func stop(_ running: inout [Int64: Running], _ epoch: Int64, _ reason: Stop) {
        running[epoch]?.stop = reason
        running[epoch]?.task.task.cancel()
    }
}
