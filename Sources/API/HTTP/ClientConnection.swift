import NIOCore

/// Knows when the client of a connection has hung up. A client that only ends its own direction counts as one: none
/// does that while it waits for a login.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var hasHungUp = false
    /// A connection serves one request at a time, so there is one at the most.
    private var watcher: (@Sendable () -> Void)?

    func watch(_ watcher: @escaping @Sendable () -> Void) {
        if hasHungUp { watcher() } else { self.watcher = watcher }
    }

    func forget() { watcher = nil }

    func channelInactive(context: ChannelHandlerContext) {
        hungUp()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { hungUp() }
        context.fireUserInboundEventTriggered(event)
    }

    private func hungUp() {
        hasHungUp = true
        watcher?()
        watcher = nil
    }
}

/// The connection that a request came by, for work that is worth nothing once its client has gone.
struct ClientConnection: Sendable {
    let channel: any Channel

    /// Calls this once the client has hung up, in place of what was to be called before.
    func whenHungUp(_ watcher: @escaping @Sendable () -> Void) { withHandler { $0.watch(watcher) } }

    /// Calls nothing any more.
    func forget() { withHandler { $0.forget() } }

    private func withHandler(_ body: @escaping @Sendable (HangUpHandler) -> Void) {
        channel.eventLoop.execute {
            // Absent once the connection is closed.
            if let handler = try? channel.pipeline.syncOperations.handler(type: HangUpHandler.self) { body(handler) }
        }
    }
}
