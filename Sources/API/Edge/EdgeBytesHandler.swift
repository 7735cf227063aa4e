import NIOCore

/// The half of the edge that stands before the parser: gives it heads in small pieces, one request after the other, and
/// drops what will not be read.
final class EdgeBytesHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Heads reach the parser in pieces of this size, so that few requests of a pipeline are read ahead of their
    /// answers.
    private static let pieceBytes = 1_024
    /// Bodies in larger ones: behind a body the next request may begin.
    private static let bodyPieceBytes = 4_096
    /// What may lie unparsed behind a request that waits for its answer. Beyond it the client floods.
    private static let heldBytes = 262_144

    private let handler: EdgeHandler
    private var context: ChannelHandlerContext?
    private var held: CircularBuffer<ByteBuffer> = []
    private var heldCount = 0
    private var isPumping = false
    private var owesRead = false
    private var owesInputClosed = false
    /// The head that is being read, for ``headGivesOverlongLength``.
    private var head = ByteBuffer()
    private var requestLineIsComplete = false

    init(handler: EdgeHandler) { self.handler = handler }

    var holdsBytes: Bool { !held.isEmpty }

    var headGivesOverlongLength: Bool { RequestHeadRules.givesOverlongLength(head.readableBytesView) }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        held.removeAll()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        heldCount += buffer.readableBytes
        held.append(buffer)
        guard heldCount <= Self.heldBytes || handler.edge.takesBytes else {
            return context.close(mode: .all, promise: nil)
        }
        pump()
    }

    func read(context: ChannelHandlerContext) {
        if handler.edge.takesBytes { context.read() } else { owesRead = true }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // No handler behind this one asks for what is dropped.
        if handler.edge.isOver { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        owesInputClosed = true
        pump()
    }

    /// The edge takes bytes again.
    func resume() {
        pump()
        // What was held back is read outside of the channel's own cycle, and the asynchronous channel hands on nothing
        // before its end.
        context?.fireChannelReadComplete()
        guard handler.edge.takesBytes, owesRead || handler.edge.isOver else { return }
        owesRead = false
        context?.read()
    }

    private func pump() {
        guard !isPumping, let context else { return }
        isPumping = true
        defer { isPumping = false }
        while handler.edge.takesBytes, var buffer = held.popFirst() {
            if handler.edge.isOver {
                heldCount -= buffer.readableBytes
                handler.dropped(bytes: buffer.readableBytes)
                continue
            }
            guard let piece = piece(of: &buffer) else { continue }
            if buffer.readableBytes > 0 { held.prepend(buffer) }
            heldCount -= piece.readableBytes
            parse(piece, context)
        }
        guard owesInputClosed, held.isEmpty else { return }
        owesInputClosed = false
        handler.inputClosed()
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    private func piece(of buffer: inout ByteBuffer) -> ByteBuffer? {
        let size = min(buffer.readableBytes, handler.edge.readsBody ? Self.bodyPieceBytes : Self.pieceBytes)
        return buffer.readSlice(length: size)
    }

    private func parse(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        if !handler.edge.readsBody {
            // Blank lines between requests are allowed, and begin none.
            if !handler.edge.readsHead {
                head.clear()
                requestLineIsComplete = false
            }
            if handler.edge.readsHead || !piece.readableBytesView.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) {
                handler.arrived(bytes: piece.readableBytes)
                head.writeImmutableBuffer(piece)
                requestLineIsComplete = requestLineIsComplete || piece.readableBytesView.contains(UInt8(ascii: "\n"))
            }
        }
        context.fireChannelRead(wrapInboundOut(piece))
        handler.parsed(requestLineIsComplete: requestLineIsComplete)
    }
}
