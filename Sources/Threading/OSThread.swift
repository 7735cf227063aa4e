import Glibc

/// A named POSIX thread of our own, for C libraries that block: Swift's cooperative pool has only as many threads as
/// there are cores, and one blocking call on it stalls the process.
public struct OSThread: Sendable {
    private let ended: Monitor<Bool>

    /// Starts a thread that runs `body` and ends.
    ///
    /// All signals are blocked on it, so that signal handling stays with the main thread and no system call here
    /// returns `EINTR` for a signal meant for the process.
    ///
    /// - Parameter name: shown by `ps -L` and `top -H`; Linux keeps the first 15 bytes.
    /// - Precondition: the operating system can start another thread; without one no promise of this program could be
    ///   kept.
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) -> OSThread {
        let ended = Monitor(false)
        let start = Start(name: name, body: body, ended: ended)
        var blocked = sigset_t()
        var previous = sigset_t()
        sigfillset(&blocked)
        // The new thread inherits the mask, so it is never without it.
        pthread_sigmask(SIG_SETMASK, &blocked, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, enter, Unmanaged.passRetained(start).toOpaque())
        precondition(status == 0, "the operating system refused another thread (error \(status))")
        pthread_detach(thread)
        return OSThread(ended: ended)
    }

    /// Blocks the calling thread until the body has returned; any number of threads may wait. Not for async code.
    public func join() {
        ended.wait { $0 ? () : nil }
    }

    /// What travels through `pthread_create`'s untyped pointer.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        let ended: Monitor<Bool>

        init(name: String, body: @escaping @Sendable () -> Void, ended: Monitor<Bool>) {
            self.name = name
            self.body = body
            self.ended = ended
        }
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        setName(start.name)
        start.body()
        start.ended.withLock { $0 = true }
        start.ended.signal()
        return nil
    }

    /// Names the calling thread through procfs: Swift's Glibc module has neither `pthread_setname_np` nor the variadic
    /// `prctl`.
    /// A system without procfs only loses the name.
    private static func setName(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        let bytes = Array(name.utf8.prefix(15))
        write(file, bytes, bytes.count)
    }
}
