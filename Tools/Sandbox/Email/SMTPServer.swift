import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens for mail and runs one ``SMTPConnection`` per client until it is asked to stop.
struct SMTPServer: Service {
    let host: String
    /// 0 lets the system choose.
    let port: Int
    let connection: SMTPConnection
    let logger: Logger
    /// Called with the port in use once mail can come in.
    let onRunning: @Sendable (Int) -> Void

    func run() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        onRunning(server.channel.localAddress?.port ?? port)
        do {
            // Asked to stop, open dialogues are cut: what was acknowledged is recorded, what was not the client sends
            // again.
            try await cancelWhenGracefulShutdown {
                try await serve(server)
            }
        } catch is CancellationError {
            // Being stopped is how this service ends.
        }
    }

    private func serve(_ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>) async throws {
        try await server.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { group in
                for try await client in clients {
                    group.addTask {
                        do {
                            try await connection.run(client)
                        } catch {
                            logger.debug("A mail client's connection broke", metadata: ["error": "\(error)"])
                        }
                    }
                }
            }
        }
    }
}
