import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Shuts the door before the server goes down, so that nobody is left standing in it.
///
/// Closing a listening socket resets every connection the kernel has taken and the server has not, and a connection
/// that arrives in that very moment can even bring NIO down (its child channel is dropped without having run). So the
/// kernel is told first to ignore attempts to connect; what is under way arrives and is served; then the socket is
/// closed and later attempts are refused.
///
/// A service of its own behind the server's: groups shut down in reverse order, so the door is shut when the server
/// hears of the end.
final class ListenerGate: Service {
    /// Long enough, once the event loops have caught up, for accepted connections to reach their handlers on a busy
    /// machine.
    static let settling = Duration.milliseconds(500)

    private let listener = Mutex<(any Channel)?>(nil)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// Remembers the server's channel, and keeps it from spinning.
    func opened(_ channel: any Channel) async {
        listener.withLock { $0 = channel }
        let logger = logger
        // Fails when the channel is closed already, and then nothing is accepted any more.
        try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: logger), position: .first)
        }.get()
    }

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            return  // Cancelled: everything ends at once anyway.
        }
        guard let channel = listener.withLock({ $0 }) else { return }
        do {
            try await ConnectionFilter.ignoreNewConnections(on: channel)
            try await letEventLoopsCatchUp()
            try await Task.sleep(for: Self.settling)
        } catch is CancellationError {
            return
        } catch {
            logger.warning(
                "the listening socket could not be shut first; connections may be reset",
                metadata: ["error": "\(error)"])
        }
    }

    /// Accepting a connection and setting up its channel are tasks on two event loops, one after the other; what was
    /// queued there is done.
    private func letEventLoopsCatchUp() async throws {
        for _ in 1...2 {
            for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try await loop.submit {}.get() }
        }
    }
}

/// Stops accepting for a moment when the process has no descriptor or memory left for one more connection.
///
/// The kernel goes on saying that somebody waits, so a loop that tries again at once spins. Whoever waits is served
/// when others have left.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    static let pause = TimeAmount.milliseconds(250)

    private let logger: Logger
    private var isPaused = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard !isPaused else { return }
        isPaused = true
        logger.warning("no connection can be accepted for now", metadata: ["error": "\(error)"])
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
