import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("One trace shows request, jobs and provider calls", .serialized)
struct TraceTests {
    @Test("a purchase is one trace, from the request to the email") func aPurchaseIsOneTrace() async throws {
        let collector = try TraceCollector()
        try await Shop.open(settings: collector.settings) { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let answer = try await shop.order(try await shop.products()[0])
            #expect(answer.orderStatus == "confirmed", "\(answer.text)")
            let id = try #require(answer.body?.id)
            _ = try await eventually("the email has arrived") { try await shop.emails().first { $0.order_id == id } }

            let trace = try await eventually(within: .seconds(20), "the trace is whole") {
                let spans = try collector.spans()
                let request = spans.first { $0.name == "POST /api/v1/orders" }
                let trace = spans.filter { $0.traceID == request?.traceID }
                let isWhole = ["job email.send", "job order.checkout", "POST /api/v1/orders"].allSatisfy { name in
                    trace.contains { $0.name == name }
                }
                return isWhole ? trace : nil
            }
            func only(_ name: String) throws -> TraceCollector.Span {
                let found = trace.filter { $0.name == name }
                try #require(found.count == 1, "\(name): \(trace)")
                return found[0]
            }
            let request = try only("POST /api/v1/orders")
            #expect(request.parent.isEmpty && request.kind == 2 && request.service == "cartwright-api")
            #expect(request.attributes["http.route"] == "/api/v1/orders")
            #expect(request.attributes["http.response.status_code"] == "201")
            #expect(request.attributes["request.id"] == answer.headers["X-Request-Id"])

            let checkout = try only("job order.checkout")
            #expect(checkout.parent == request.id && checkout.kind == 5 && checkout.service == "cartwright-worker")
            #expect(checkout.attributes["messaging.destination.name"] == "checkout")
            #expect(checkout.attributes["job.attempt"] == "1" && checkout.attributes["job.outcome"] == "done")

            let charge = try #require(trace.first { $0.name == "payments create" }, "\(trace)")
            #expect(charge.parent == checkout.id && charge.attributes["outcome"] == "ok")
            let call = try #require(trace.first { $0.parent == charge.id }, "\(trace)")
            #expect(call.name == "HTTP POST" && call.kind == 3)
            #expect(call.attributes["http.response.status_code"] == "200")
            #expect(call.attributes["server.address"] == "127.0.0.1:\(shop.sandboxPort)")

            let email = try only("job email.send")
            #expect(email.parent == checkout.id)
            let sending = try only("email send")
            #expect(sending.parent == email.id)
            #expect(trace.contains { $0.name == "SMTP" && $0.parent == sending.id })
            #expect(trace.allSatisfy { !$0.isError })

            // The ledger and the log have the trace as well.
            let stored: String? = try await shop.database.pool.query(
                "SELECT traceparent FROM jobs WHERE name = 'order.checkout'")[0]["traceparent"]
            #expect(stored == "00-\(request.traceID)-\(request.id)-01")
            #expect(api.log.contains(request.traceID))

            // Nothing of the customer or the payment leaves with it, and no key.
            for secret in ["ada@example.com", "Lovelace", "pi_", "sk_test", "pm_card"] {
                #expect(!collector.text.contains(secret), "\(secret)")
            }
            #expect(collector.faults.entries.isEmpty)
            // The last spans leave at shutdown.
            _ = try await shop.send(OutboundRequest(url: shop.api + "/api/v1/currencies"))
            for process in [worker, api, sandbox] {
                process.terminate()
                let exit = try await process.waitForExit(within: .seconds(30))
                #expect(exit == .code(0), "\(process.log.suffix(2000))")
            }
            #expect(try collector.spans().contains { $0.name == "GET /api/v1/currencies" })
        }
    }

    @Test("a client's trace goes on, and is recorded when the client says so")
    func aClientsTraceGoesOnAndItsWishCounts() async throws {
        let collector = try TraceCollector()
        try await Shop.open(settings: collector.settings) { shop in
            let api = try await shop.startAPI()
            func ask(_ path: String, _ traceparent: String) async throws {
                let answer = try await shop.send(
                    OutboundRequest(url: shop.api + path, headers: ["traceparent": traceparent]))
                #expect(answer.status == 200)
            }
            try await ask("/api/v1/products", "00-\(String(repeating: "a", count: 32))-00000000000000b1-00")
            try await ask("/api/v1/currencies", "00-\(String(repeating: "b", count: 32))-00000000000000b2-01")
            try await ask("/api/v1/openapi.json", "00-\(String(repeating: "0", count: 32))-nonsense")
            api.terminate()
            #expect(try await api.waitForExit(within: .seconds(30)) == .code(0))
            let spans = try collector.spans()
            #expect(!spans.contains { $0.name == "GET /api/v1/products" }, "the client does not want it recorded")
            let span = try #require(spans.first { $0.name == "GET /api/v1/currencies" })
            #expect(span.traceID == String(repeating: "b", count: 32) && span.parent == "00000000000000b2")
            let begun = try #require(spans.first { $0.name.contains("openapi.json") })
            #expect(begun.parent.isEmpty && begun.traceID != String(repeating: "0", count: 32))
        }
    }

    @Test("nothing is recorded of a share of zero") func nothingIsRecordedOfAShareOfZero() async throws {
        let collector = try TraceCollector()
        let settings = collector.settings.merging(["OTEL_TRACES_SAMPLER_ARG": "0"]) { $1 }
        try await Shop.open(settings: settings) { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let answer = try await shop.order(try await shop.products()[0])
            #expect(answer.orderStatus == "confirmed", "\(answer.text)")
            try await shop.waitUntilSettled(within: .seconds(20))
            for process in [worker, api, sandbox] {
                process.terminate()
                #expect(try await process.waitForExit(within: .seconds(30)) == .code(0))
            }
            #expect(collector.requests == 0)
        }
    }

    @Test("without a collector nothing is traced, and a job keeps the client's trace")
    func withoutACollectorAJobKeepsTheClientsTrace() async throws {
        try await Shop.open { shop in
            let processes = try await shop.startAll()
            let product = try await shop.products()[0]
            _ = try await shop.order(product)
            let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let body = """
                {"items": [{"product_id": "\(product.id)", "quantity": 1}], "payment_method": "pm_card_visa",
                 "email": "ada@example.com", "shipping_address": \(Shop.address)}
                """
            let answer = try await shop.send(
                OutboundRequest(
                    method: "POST", url: shop.api + "/api/v1/orders",
                    headers: [
                        "Content-Type": "application/json", "Idempotency-Key": UUID().uuidString, "Prefer": "wait=10",
                        "traceparent": given,
                    ], body: Array(body.utf8), timeout: .seconds(45)))
            #expect(answer.orderStatus == "confirmed", "\(answer.text)")
            try await shop.waitUntilSettled(within: .seconds(20))
            let rows = try await shop.database.pool.query(
                "SELECT traceparent FROM jobs WHERE name IN ('order.checkout', 'email.send') ORDER BY created_at")
            #expect(try rows.compactMap { try $0["traceparent"] as String? } == [given])
            withExtendedLifetime(processes) {}
        }
    }

    @Test("a collector that is away costs the spans and nothing else") func aCollectorThatIsAwayCostsTheSpansAlone()
        async throws
    {
        let gone = try ScriptedServer { _ in }
        gone.stop()
        try await Shop.open(settings: ["OTEL_EXPORTER_OTLP_ENDPOINT": gone.url]) { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let metrics = try Metrics(apiOf: shop)
            let product = try await shop.products()[0]
            for _ in 0..<3 { #expect(try await shop.order(product).orderStatus == "confirmed") }
            try await eventually(within: .seconds(20), "spans are dropped and counted") {
                try await metrics.sum("trace_spans_dropped_total", #"reason="collector""#) > 0
            }
            #expect(try await metrics.sum("trace_spans_exported_total") == 0)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
            for process in [worker, api, sandbox] {
                process.terminate()
                #expect(try await process.waitForExit(within: .seconds(30)) == .code(0))
            }
            for log in [api.log, worker.log] {
                let lines = log.components(separatedBy: "the trace collector does not take spans").count - 1
                // One a minute.
                #expect((1...2).contains(lines), "\(lines)")
            }
        }
    }
}
