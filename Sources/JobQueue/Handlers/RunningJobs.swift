import Synchronization

/// The handlers that run in one consumer now, each with the time at which it must be stopped. Jobs mostly last
/// milliseconds, so this costs a job two entries in a table, and not a task and a timer of its own.
package final class RunningJobs: Sendable {
    /// Why a handler was told to stop.
    enum Stop: Sendable {
        case timeLimit
        /// An operator wants it.
        case canceled
    }

    private struct Running {
        let job: JobID
        let epoch: Int64
        let deadline: ContinuousClock.Instant
        let task: TaskHandle
        var stop: Stop?
    }

    /// `@unchecked`, and kept beyond `withUnsafeCurrentTask`, for one use: other threads cancel the task, which is safe
    /// while it lives, and the entry is removed, under the lock, before it can end.
    private struct TaskHandle: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    /// Who runs has a place of their own; places that are left are taken again. A dictionary's hashing would cost a
    /// short job more than this.
    private struct Table {
        private(set) var places: [Running?] = []
        private var left: [Int] = []

        mutating func enter(_ job: Running) -> Int {
            guard let place = left.popLast() else {
                places.append(job)
                return places.count - 1
            }
            places[place] = job
            return place
        }

        mutating func leave(_ place: Int) -> Running? {
            defer { places[place] = nil }
            left.append(place)
            return places[place]
        }

        /// Tells the handlers for which `reason` gives one to stop, unless they have been told.
        mutating func stop(_ reason: (Running) -> Stop?) {
            for place in places.indices {
                guard let job = places[place], job.stop == nil, let reason = reason(job) else { continue }
                places[place]?.stop = reason
                job.task.task.cancel()
            }
        }
    }

    private let running = Mutex(Table())

    package init() {}

    /// Runs `body` and cancels its task when it is told to, or at the deadline.
    /// - Returns: what `body` threw, if anything, and why it was stopped, if it was.
    func supervise(
        _ job: JobID, epoch: Int64, deadline: ContinuousClock.Instant, _ body: () async throws -> Void
    ) async -> (error: (any Error)?, stop: Stop?) {
        let place = withUnsafeCurrentTask { task in
            task.map { task in
                running.withLock {
                    $0.enter(Running(job: job, epoch: epoch, deadline: deadline, task: TaskHandle(task: task)))
                }
            }
        }
        var failure: (any Error)?
        do {
            try await body()
        } catch {
            failure = error
        }
        return (failure, place.flatMap { place in running.withLock { $0.leave(place)?.stop } })
    }

    /// Stops the handlers that have run for too long.
    package func stopOverdue(at now: ContinuousClock.Instant) {
        running.withLock { $0.stop { $0.deadline <= now ? .timeLimit : nil } }
    }

    /// Stops the handler of this attempt if it still runs.
    func cancel(_ job: JobID, epoch: Int64) {
        running.withLock { $0.stop { $0.job == job && $0.epoch == epoch ? .canceled : nil } }
    }
}
