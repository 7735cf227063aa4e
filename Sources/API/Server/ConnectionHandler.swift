import HTTPTypes
import NIOCore
import NIOExtras
import NIOHTTPTypes

/// Stands between the HTTP codec and Hummingbird on every connection: carries out ``ConnectionDrain`` and gives the codec's bare
/// 400 the same shape as every other error.
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
        switch part {
        case .head: perform(drain.requestBegan(), context)
        case .body(let buffer): perform(drain.bodyArrived(bytes: buffer.readableBytes), context)
        case .end: break
        }
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
        case .head(var head):
            if drain.closesAfterAnswer { head.headerFields[.connection] = "close" }
            if head.status == .badRequest, head.headerFields[.requestID] == nil {
                writeRefusal(head, context: context, promise: promise)
            } else {
                context.write(wrapOutboundOut(.head(head)), promise: promise)
            }
        case .body:
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
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: linger) { self.perform(self.drain.lingered(), context) }
        case .cutOff:
            context.close(promise: nil)
        }
    }

    /// Only the codec answers without a request id: it could not read the request.
    private func writeRefusal(_ head: HTTPResponse, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let problem = Problem.badRequest("The request is not valid HTTP/1.1.")
        let id = RequestIDMiddleware.make()
        let document = ProblemDocument(problem: problem, instance: "", requestID: id)
        guard let body = try? JSONAnswer.data(document) else {
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            return
        }
        var head = head
        for field in SecurityHeadersMiddleware.fields { head.headerFields[field.name] = field.value }
        head.headerFields[.requestID] = id
        head.headerFields[.cacheControl] = "no-store"
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[.contentLength] = String(body.count)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: promise)
    }
}
