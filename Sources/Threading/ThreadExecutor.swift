import DequeModule
import Glibc

/// A serial executor that owns one OS thread. Give it to an actor as `unownedExecutor`, and everything isolated to that
/// actor runs on that thread, in order, where it may block.
///
/// The thread starts with the first job and keeps the executor alive until ``stop()``, which the owner calls once it is
/// done (an actor in its `deinit`). A job that arrives after the thread has ended starts a new one: no job is ever
/// dropped, because a dropped job is a task that never resumes.
public final class ThreadExecutor: SerialExecutor, Sendable {
    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct State {
        var queue: Deque<Work> = []
        var isStopped = false
        var isRunning = false
        var isAsleep = false
        /// The thread that runs the jobs, while there is one.
        var thread: pthread_t?
    }

    /// The thread's name as the system shows it.
    public let name: String
    private let state = Monitor(State())

    /// - Parameter name: of the thread, at most 15 bytes.
    public init(name: String) {
        self.name = name
    }

    /// Called by the runtime to run a part of a task on the thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Runs `body` on the thread after everything queued before it. The cheap way in for code that is not itself a
    /// task; inside, `actor.assumeIsolated` holds for an actor that uses this executor.
    public func run(_ body: @escaping @Sendable () -> Void) {
        add(.closure(body))
    }

    /// Lets the thread end once the jobs queued so far, and any they enqueue meanwhile, have run. Does not wait. Safe
    /// to repeat.
    public func stop() {
        state.withLock { $0.isStopped = true }
        state.signal()
    }

    /// Whether the caller is on this executor's thread.
    public func isIsolatingCurrentContext() -> Bool? {
        state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    /// Traps unless the caller is on this executor's thread.
    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "expected to run on the thread \(name)")
    }

    private func add(_ work: Work) {
        let (start, wake) = state.withLock { state in
            state.queue.append(work)
            let start = !state.isRunning
            state.isRunning = true
            return (start, state.isAsleep)
        }
        if start {
            // The thread is found through `state`, so its handle is not needed.
            _ = OSThread.start(name: name) { self.serve() }
        } else if wake {
            state.signal()
        }
    }

    /// The thread's body: takes everything queued at once, so that a busy executor pays for the lock once per batch.
    private func serve() {
        state.withLock { $0.thread = pthread_self() }
        let executor = asUnownedSerialExecutor()
        while let batch = nextBatch() {
            for work in batch {
                switch work {
                case .job(let job): job.runSynchronously(on: executor)
                case .closure(let body): body()
                }
            }
        }
    }

    /// Sleeps until there is work; nil once stopped with nothing left.
    private func nextBatch() -> Deque<Work>? {
        state.wait { state -> Deque<Work>?? in
            state.isAsleep = false
            if !state.queue.isEmpty {
                var batch: Deque<Work> = []
                swap(&batch, &state.queue)
                return .some(batch)
            }
            if state.isStopped {
                state.isRunning = false
                state.thread = nil
                return .some(nil)
            }
            state.isAsleep = true
            return nil
        }
    }
}
