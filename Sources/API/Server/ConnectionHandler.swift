import HTTPTypes
import NIOCore
import NIOExtras
import NIOHTTPTypes

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
