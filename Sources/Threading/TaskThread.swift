/// A task executor that owns one OS thread, for a task that must go on whatever keeps the threads of Swift's pool busy:
///
///     await withTaskExecutorPreference(TaskThread(name: "lease-keeper")) { … }
///
/// An actor on a thread of its own is not enough for that: a continuation is resumed on the task's executor, which is
/// the pool where no other is preferred, and only from there the task hops back to its actor.
public final class TaskThread: TaskExecutor, Sendable {
    private let thread: ThreadExecutor

    /// - Parameter name: of the thread, at most 15 bytes.
    public init(name: String) {
        thread = ThreadExecutor(name: name)
    }

    /// Called by the runtime to run a part of a task on the thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        thread.run { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Lets the thread end once what is queued has run. Safe to repeat.
    public func stop() {
        thread.stop()
    }
}
