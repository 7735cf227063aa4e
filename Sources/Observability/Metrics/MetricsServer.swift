import HTTPTypes
import Hummingbird
public import Logging
public import ServiceLifecycle
import Synchronization

/// Answers `GET /metrics` on a port of its own, which is not to be reachable from outside.
public struct MetricsServer: Service {
    private let registry: PrometheusRegistry
    private let host: String
    private let port: Int
    private let logger: Logger

    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: the port to listen on, `METRICS_PORT`; 0 takes a free one.
    public init(registry: PrometheusRegistry, host: String, port: Int, logger: Logger) {
        self.registry = registry
        self.host = host
        self.port = port
        self.logger = logger
    }

    /// Serves until the surrounding service group shuts down.
    ///
    /// - Throws: when the port cannot be listened on.
    public func run() async throws {
        try await run { _ in }
    }

    /// The same, telling the port once it is open.
    ///
    /// - Throws: ``ListeningFailed`` when it cannot be opened.
    package func run(onListening: @escaping @Sendable (Int) async -> Void) async throws {
        let router = Router()
        router.get("/metrics") { [registry] _, _ in
            let text = await registry.exposition()
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        let isListening = Atomic(false)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                isListening.store(true, ordering: .relaxed)
                await onListening(channel.localAddress?.port ?? port)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch  where !isListening.load(ordering: .relaxed) {
            throw ListeningFailed(setting: "METRICS_PORT", host: host, port: port, cause: error)
        }
    }
}

/// A port that a process must listen on and cannot.
public struct ListeningFailed: Error, CustomStringConvertible {
    /// For the operator who starts the process.
    public let description: String

    /// - Parameters:
    ///   - setting: the environment variable that holds the port.
    ///   - cause: what the system said.
    public init(setting: String, host: String, port: Int, cause: any Error) {
        description =
            "\(setting): cannot listen on \(host):\(port) (\(cause)); expected a free port of this machine, "
            + "choose another one."
    }
}
