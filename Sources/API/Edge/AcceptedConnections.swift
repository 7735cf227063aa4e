import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The connections that were accepted and that the server has not taken over yet.
///
/// The server takes connections over from a sequence that ends with the listening socket. One that is set up in that
/// moment is dropped by it: its client would wait for an answer until the process has ended, and a connection that is
/// freed unused before its channel is closed ends the process (NIOAsyncWriter's deinit). So each is kept here until it
/// is taken over or closed, and those that the server has left are served here.
///
/// A service in front of the server's: groups shut down in reverse order, so this hears of the end when the server has
/// ended.
final class AcceptedConnections: Service {
    private let waiting = Mutex<[ObjectIdentifier: @Sendable () async -> Void]>([:])

    /// Keeps a connection.
    func add(_ channel: any Channel, serve: @escaping @Sendable () async -> Void) {
        let id = ObjectIdentifier(channel)
        waiting.withLock { $0[id] = serve }
        channel.closeFuture.whenComplete { _ in self.remove(id) }
    }

    /// The server takes a connection over.
    func taken(_ channel: any Channel) { remove(ObjectIdentifier(channel)) }

    private func remove(_ id: ObjectIdentifier) {
        // Freed outside of the lock.
        _ = waiting.withLock { $0.removeValue(forKey: id) }
    }

    func run() async throws {
        do {
            try await gracefulShutdown()
            // What is being set up is in place once each event loop has done what it had to do.
            for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try await loop.submit {}.get() }
        } catch {
            return  // Canceled: everything ends at once anyway.
        }
        let left = waiting.withLock { Array($0.values) }
        await withDiscardingTaskGroup { group in
            for serve in left { group.addTask { await serve() } }
        }
    }
}
