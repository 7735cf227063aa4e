import Glibc
import Logging
import Observability
import OutboundHTTP
import Tracing

/// How the spans of a process reach the collector: over an HTTP client of its own, so that a slow collector takes
/// nothing from the calls to providers.
struct TraceExport: Sendable {
    /// Makes the spans.
    let tracer: ShopTracer
    let exporter: SpanExporter
    private let client: OutboundHTTPClient

    init(_ settings: TracingSettings, logger: Logger) {
        let buffer = SpanBuffer()
        // Failures are told by the exporter, once a minute.
        var quiet = logger
        quiet.logLevel = .critical
        let client = OutboundHTTPClient(
            configuration: OutboundConfiguration(userAgent: "Cartwright/\(Version.text)", maximumIdleConnections: 1),
            logger: quiet)
        self.client = client
        tracer = ShopTracer(buffer: buffer, ratio: settings.ratio)
        exporter = SpanExporter(
            buffer,
            resource: TraceResource(
                service: settings.service, version: Version.text, processID: Int(getpid())),
            logger: logger
        ) { [url = settings.endpoint + "/v1/traces"] body in
            // What sends spans has none.
            try await withTracer(NoOpTracer()) {
                try await client.send(
                    OutboundRequest(
                        method: "POST", url: url, headers: ["Content-Type": "application/json"], body: body,
                        timeout: .seconds(10))
                ).status
            }
        }
    }

    func close() async { await client.close() }
}
