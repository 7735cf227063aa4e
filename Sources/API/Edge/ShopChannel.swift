import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The handlers of one connection, from the socket to Hummingbird.
struct ShopChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let routes: RouteTable
    let resources: EdgeResources
    let cors: CORSPolicy
    let accepted: AcceptedConnections
    /// How long an idle connection stays open for one more request once the server goes down.
    let linger: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var decoding = NIOHTTPDecoderLimitConfiguration()
            decoding.maxHeaderFieldSize = Limits.parserHeaderBytes
            decoding.maxHeaderListSize = Limits.parserHeaderBytes
            decoding.maxHeaderFieldCount = Limits.headerFields
            let edge = EdgeHandler(routes: routes, resources: resources, cors: cors, logger: logger)
            let bytes = EdgeBytesHandler(handler: edge)
            edge.watch(bytes)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(bytes)
            try pipeline.addHandler(HTTPResponseEncoder())
            try pipeline.addHandler(
                ByteToMessageHandler(
                    HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)))
            try pipeline.addHandler(edge)
            try pipeline.addHandler(ConnectionHandler(linger: linger))
            try pipeline.addHandler(HangUpHandler())
            try pipeline.addHandler(
                HTTPConnectionStateHandler(idleTimeout: .seconds(Limits.idleSeconds), logger: logger))
            let value = try Value(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            accepted.add(channel) { await handleHTTP(asyncChannel: value, logger: logger) }
            return value
        }
    }

    func handle(value asyncChannel: Value, logger: Logger) async {
        accepted.taken(asyncChannel.channel)
        await handleHTTP(asyncChannel: asyncChannel, logger: logger)
    }
}
