import Foundation
import FoundationNetworking
import Logging
import Metrics
import Observability
import Testing

@Suite("The metrics port")
struct MetricsServerTests {
    @Test(
        "answers /metrics with Prometheus text and nothing else; a port that is taken is named", .timeLimit(.minutes(1))
    )
    func serves() async throws {
        let registry = PrometheusRegistry()
        Counter(label: "orders", factory: registry).increment()
        let server = MetricsServer(registry: registry, host: "127.0.0.1", port: 0, logger: Logger(label: "test"))
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await server.run { listening.yield($0) } }
        defer { serving.cancel() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())

        let (body, answer) = try await URLSession.shared.data(
            from: try #require(URL(string: "http://127.0.0.1:\(port)/metrics")))
        let http = try #require(answer as? HTTPURLResponse)
        #expect(http.statusCode == 200)
        #expect(http.value(forHTTPHeaderField: "Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(decoding: body, as: UTF8.self).contains("orders_total 1"))

        let (_, other) = try await URLSession.shared.data(from: try #require(URL(string: "http://127.0.0.1:\(port)/")))
        #expect((other as? HTTPURLResponse)?.statusCode == 404)

        let second = MetricsServer(registry: registry, host: "127.0.0.1", port: port, logger: Logger(label: "test"))
        let refusal = await #expect(throws: ListeningFailed.self) { try await second.run() }
        #expect(refusal?.description.hasPrefix("METRICS_PORT: cannot listen on 127.0.0.1:\(port)") == true)
        serving.cancel()
        _ = await serving.result
    }
}
