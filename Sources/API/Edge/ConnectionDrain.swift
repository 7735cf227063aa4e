import HTTPTypes
import NIOCore
import NIOExtras
import NIOHTTPTypes

/// What one HTTP/1.1 connection does while the server goes down: decides, and does nothing itself.
///
/// A server that closes an idle keep-alive connection may cross a request on its way, and that client sees a broken
/// connection.
/// So an idle connection lingers: the next request on it is answered with `Connection: close`; only one that stays
/// silent is closed.
/// Clients are told only once no connections are accepted any more: told earlier, they would connect again just to be
/// reset.
struct ConnectionDrain {
    enum Action: Equatable {
        case nothing
        /// Tell the handlers behind us that the server goes down; they close after the answers that are under way.
        case announce
        /// Announce it after the time to linger, unless a request comes first.
        case linger
    }

    private enum Phase { case serving, lingering, announced }

    private var phase = Phase.serving
    private var requestsInProgress = 0

    /// Whether answers from now on carry `Connection: close`.
    var closesAfterAnswer: Bool { phase != .serving }

    mutating func serverGoesDown() -> Action {
        guard phase == .serving else { return .nothing }
        phase = requestsInProgress > 0 ? .announced : .lingering
        return phase == .announced ? .announce : .linger
    }

    /// Called after the request's head went on to the next handler.
    mutating func requestBegan() -> Action {
        requestsInProgress += 1
        guard phase == .lingering else { return .nothing }
        phase = .announced
        return .announce
    }

    mutating func answerEnded() { requestsInProgress -= 1 }

    mutating func lingered() -> Action {
        guard phase == .lingering else { return .nothing }
        phase = .announced
        return .announce
    }
}

/// Stands between the edge and Hummingbird on every connection: carries out ``ConnectionDrain``.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var drain = ConnectionDrain()
    private let linger: TimeAmount
    private var timer: Scheduled<Void>?

    /// - Parameter linger: how long an idle connection stays open for one more request once the server goes down.
    init(linger: TimeAmount) { self.linger = linger }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        context.fireChannelRead(data)
        if case .head = part { perform(drain.requestBegan(), context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            perform(drain.serverGoesDown(), context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where drain.closesAfterAnswer:
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        case .end:
            drain.answerEnded()
            context.write(data, promise: promise)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    private func perform(_ action: ConnectionDrain.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .nothing:
            break
        case .announce:
            timer?.cancel()
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        case .linger:
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: linger) {
                self.perform(self.drain.lingered(), context)
            }
        }
    }
}
