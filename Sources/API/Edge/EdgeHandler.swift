import FoundationEssentials
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Carries out ``ConnectionEdge`` between the HTTP parser and Hummingbird: takes requests in whole, passes them on, and
/// answers itself what it refuses.
final class EdgeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private(set) var edge: ConnectionEdge
    private let routes: RouteTable
    private let resources: EdgeResources
    private let cors: CORSPolicy
    private let logger: Logger
    private var bytes: EdgeBytesHandler?
    private var context: ChannelHandlerContext?

    private var plan: RequestHeadPlan?
    private var body: ByteBuffer?
    /// Of the bodies that are held: the one that is read and those that wait for their answers.
    private var reserved = 0
    private var answersOld = false
    /// What an answer of ours is made from when the head was read.
    private var head: HTTPRequestHead?
    private var timer: Scheduled<Void>?
    private var timerDeadline: NIODeadline?

    init(routes: RouteTable, resources: EdgeResources, cors: CORSPolicy, logger: Logger) {
        edge = ConnectionEdge(limits: resources.limits)
        self.routes = routes
        self.resources = resources
        self.cors = cors
        self.logger = logger
    }

    /// Puts itself and its half that sees bytes around the parser.
    func watch(_ bytes: EdgeBytesHandler) { self.bytes = bytes }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { admit(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        admit(context)
    }

    private func admit(_ context: ChannelHandlerContext) {
        if resources.opened(context.channel) { perform(edge.refuse(.tooManyConnections, at: .now())) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        release()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        release()
        timer?.cancel()
        timer = nil
        // The two halves hold each other.
        bytes = nil
        self.context = nil
    }

    private func release() {
        resources.releaseBody(bytes: reserved)
        reserved = 0
        body = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !edge.isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): began(head)
        case .body(let part): received(part)
        case .end: ended(context)
        }
    }

    private func began(_ head: HTTPRequestHead) {
        self.head = head
        do throws(Refusal) {
            let plan = try RequestHeadRules.plan(for: head, resources.limits) { method, target in
                routes.bodyBytes(method, target)
            }
            self.plan = plan
            edge.headAccepted(bodyLimit: plan.bodyLimit, isLast: plan.isLast, at: .now())
            if plan.awaitsContinue { sayContinue() }
        } catch {
            refuse(error)
        }
    }

    private func sayContinue() {
        guard edge.takesRequestsNow else { return }
        context?.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    private func received(_ part: ByteBuffer) {
        let step = edge.bodyArrived(bytes: part.readableBytes, at: .now())
        guard step == .nothing, !edge.isOver else {
            drop()
            return perform(step)
        }
        guard resources.reserveBody(bytes: part.readableBytes) else { return refuse(.tooManyBodies) }
        reserved += part.readableBytes
        // Copied: a small part would keep the whole buffer that it was read into.
        var whole = body ?? ByteBuffer()
        body = nil
        whole.writeImmutableBuffer(part)
        body = whole
    }

    private func ended(_ context: ChannelHandlerContext) {
        guard let plan, edge.requestEnded() else { return }
        answersOld = plan.isOld
        let body = body
        self.plan = nil
        self.body = nil
        head = nil
        context.fireChannelRead(wrapInboundOut(.head(plan.request)))
        if let body { context.fireChannelRead(wrapInboundOut(.body(body))) }
        context.fireChannelRead(wrapInboundOut(.end(nil)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: refuse(.headersTooLarge(resources.limits.headerBytes))
        case HTTPParserError.invalidContentLength where bytes?.headGivesOverlongLength == true:
            refuse(.bodyTooLarge(Limits.bodyBytes))
        case is HTTPParserError: refuse(.malformed("The request is not valid HTTP/1.1."))
        default:
            // The connection broke: no client is left to be told.
            logger.debug("connection broken", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    func refuse(_ refusal: Refusal) {
        drop()
        perform(edge.refuse(refusal, at: .now()))
    }

    /// Forgets the request that was being read.
    private func drop() {
        let count = body?.readableBytes ?? 0
        resources.releaseBody(bytes: count)
        reserved -= count
        body = nil
        plan = nil
    }

    func inputClosed() {
        perform(edge.inputClosed(at: .now()))
    }

    // MARK: Bytes, told by the other half

    func arrived(bytes count: Int) { edge.arrived(bytes: count, at: .now()) }

    func parsed(requestLineIsComplete: Bool) {
        perform(edge.parsed(requestLineIsComplete: requestLineIsComplete, at: .now()))
        keepTime()
    }

    func dropped(bytes count: Int) { perform(edge.dropped(bytes: count)) }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let response):
            var head = HTTPResponseHead(response)
            if edge.answersLast {
                if answersOld { head.version = .http1_0 }
                head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let buffer):
            context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: promise)
        case .end(let trailers):
            context.write(wrapOutboundOut(.end(trailers.map { HTTPHeaders($0) })), promise: told(promise, context))
            let step = edge.answerEnded(at: .now())
            if step != .nothing || edge.takesRequestsNow {
                // What was read for the answers is not held any longer; a body that is being read is.
                let kept = body?.readableBytes ?? 0
                resources.releaseBody(bytes: reserved - kept)
                reserved = kept
            }
            keepTime()
            if step != .nothing {
                // After the flush that follows, and not inside of it.
                context.flush()
                perform(step)
            }
        }
    }

    /// A promise that also tells the edge when what is written is in the kernel's hands.
    private func told(_ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.perform(self.edge.written(at: .now()))
            self.keepTime()
        }
        return promise
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .input, context.channel.isActive else { return context.close(mode: mode, promise: promise) }
        context.channel.closeFuture.cascadeSuccess(to: promise)
        perform(edge.closeRequested(holdsBytes: bytes?.holdsBytes ?? false, at: .now()))
        keepTime()
    }

    private func perform(_ step: ConnectionEdge.Step) {
        guard let context else { return }
        switch step {
        case .nothing: break
        case .answer(let refusal): answer(refusal, context)
        case .closeOutput:
            context.close(mode: .output, promise: nil)
            bytes?.resume()
        case .close: context.close(mode: .all, promise: nil)
        case .resume:
            // The handler that writes the answer may close the connection with it; the next request must not be taken
            // in between.
            context.eventLoop.assumeIsolated().execute { self.bytes?.resume() }
        }
    }

    private func answer(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        let problem = refusal.problem
        let id = RequestIDMiddleware.id(for: head?.headers["x-request-id"].first)
        let path = head.map { String($0.uri.prefix { $0 != "?" }.prefix(200)) } ?? ""
        let document = ProblemDocument(problem: problem, instance: path, requestID: id)
        var fields = problem.headers
        for field in SecurityHeadersMiddleware.fields { fields[field.name] = field.value }
        for field in cors.fields(for: head?.headers["origin"] ?? []) { fields[field.name] = field.value }
        fields[.requestID] = id
        fields[.cacheControl] = "no-store"
        fields[.contentType] = "application/problem+json"
        fields[.connection] = "close"
        let data = (try? JSONResponse.data(document)) ?? []
        fields[.contentLength] = String(data.count)
        resources.count(problem.status.code)
        logger.debug(
            "request refused",
            metadata: ["status": "\(problem.status.code)", "reason": "\(problem.detail)", "request_id": "\(id)"])
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(HTTPResponse(status: problem.status, headerFields: fields)))),
            promise: nil)
        if head?.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: data)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: told(nil, context))
        bytes?.resume()
        keepTime()
    }

    // MARK: Time

    /// One timer per connection; it runs on, and looks at what the time is for when it rings.
    private func keepTime() {
        guard let context, context.channel.isActive, let deadline = edge.deadline else { return }
        if timer != nil, let timerDeadline, timerDeadline <= deadline { return }
        timer?.cancel()
        timerDeadline = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.timerDeadline = nil
            self.perform(self.edge.tick(at: .now()))
            self.keepTime()
        }
    }
}
