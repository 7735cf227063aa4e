import Glibc

/// A mutex and its condition variable around a value: the classic monitor, for threads that sleep until the value says
/// otherwise.
///
/// `Synchronization.Mutex` has no condition to wait on, hence this one. Waiting blocks the calling OS thread, so
/// nothing that runs on Swift's cooperative pool may call `wait`.
///
/// `@unchecked Sendable`: `state` is only touched while `mutex` is held, and both pthread objects have stable heap
/// addresses.
package final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: sending State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        // Deadlines must not move when an operator sets the wall clock.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the lock held. Wakes no waiter; see ``signal()``.
    package func withLock<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Wakes every thread inside ``wait(for:)`` so that it looks at the value again.
    package func signal() {
        pthread_cond_broadcast(condition)
    }

    /// Sleeps until `decide` returns a value. `decide` runs with the lock held: once at the start and after each
    /// wake-up.
    package func wait<Result>(for decide: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = decide(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// What a timed waiter decided after looking at the value.
    package enum Decision<Result> {
        /// Stop waiting and return this.
        case finish(Result)
        /// Sleep until signalled.
        case sleep
        /// Sleep until signalled, at most this long, then look again.
        case sleepAtMost(Duration)
    }

    /// Like ``wait(for:)``, where `decide` also bounds each sleep.
    package func waitTimed<Result>(for decide: (inout State) -> Decision<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch decide(&state) {
            case .finish(let result): return result
            case .sleep: pthread_cond_wait(condition, mutex)
            case .sleepAtMost(let duration):
                var end = timespec.monotonic(after: duration)
                pthread_cond_timedwait(condition, mutex, &end)
            }
        }
    }
}

extension timespec {
    /// The moment `duration` from now on the monotonic clock; a negative duration counts as zero.
    fileprivate static func monotonic(after duration: Duration) -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let (seconds, attoseconds) = max(duration, .zero).components
        let nanoseconds = now.tv_nsec + Int(attoseconds / 1_000_000_000)
        return timespec(
            tv_sec: now.tv_sec + Int(seconds) + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    }
}
