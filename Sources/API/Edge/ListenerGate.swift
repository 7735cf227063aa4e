import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Lets the server close its listening socket only once no connection stands in the kernel's queue for it.
///
/// Closing a listening socket resets every connection that the kernel has taken and the server has not accepted. So the
/// server goes on accepting until that queue is empty, half a second at most, and closes then. A connection that
/// arrives between the last look and the close is still reset: its client has sent a request into nothing and may
/// repeat it.
///
/// The gate is a service of its own behind the server's: groups shut down in reverse order, so the server hears of the
/// end when this is done.
final class ListenerGate: Service {
    /// For how long a queue that does not get empty is worked off.
    static let limit = Duration.milliseconds(500)

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
            guard let channel = listener.withLock({ $0 }) else { return }
            let end = ContinuousClock.now + Self.limit
            while try await Self.waiting(at: channel) > 0, .now < end { try await Task.sleep(for: .milliseconds(1)) }
        } catch is CancellationError {
            // Everything ends at once anyway.
        } catch {
            logger.debug("the queue of the listening socket cannot be looked at", metadata: ["error": "\(error)"])
        }
    }

    /// How many connections wait to be accepted. The kernel tells it of listening TCP sockets (tcp(7), `TCP_INFO`).
    private static func waiting(at channel: any Channel) async throws -> Int {
        #if os(Linux)
            guard let socket = channel as? any SocketOptionProvider else { return 0 }
            return Int(try await socket.getTCPInfo().get().tcpi_unacked)
        #else
            return 0
        #endif
    }
}

/// Stops accepting for a moment when the process has no descriptor or memory left for one more connection.
///
/// The kernel goes on saying that a connection waits, so a loop that tries again at once spins. It is served when
/// others have ended.
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

/// Ends a service that has not ended some time after it was asked to: a client that sends its body byte by byte must
/// not keep a process alive for ever.
struct BoundedShutdown<Base: Service>: Service {
    let base: Base
    /// From the request to shut down to the time limit of draining.
    let limit: Duration
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await base.run()
                return true
            }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: limit)
                return false
            }
            let hasEnded = try await group.next() ?? true
            group.cancelAll()
            guard !hasEnded else { return }
            logger.warning("requests still ran at the end of the grace time; their connections were closed")
            // What a canceled service throws says nothing new.
            _ = try? await group.next()
        }
    }
}
