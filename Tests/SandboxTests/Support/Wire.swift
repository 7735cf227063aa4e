import NIOCore
import NIOPosix

/// Raw TCP, so that a test sees exactly the bytes that arrive and where they stop.
enum Wire {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func connect(to port: Int) async throws -> Connection {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    }

    /// Sends bytes and returns everything that comes back until the other side closes.
    static func exchange(_ text: String, port: Int) async throws -> String {
        try await connect(to: port).executeThenClose { inbound, outbound in
            // A server that hung up at once takes nothing, not even that.
            if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
            var answer = ByteBuffer()
            for try await packet in inbound { answer.writeImmutableBuffer(packet) }
            return String(buffer: answer)
        }
    }
}
