import Foundation
import JSON
import Logging
import Metrics
import PropertySupport
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import Tracing

@testable import Observability

@Suite("Spans know their trace and their parent")
struct TracingTests {
    private static let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("a traceparent is read and written as it came")
    func header() throws {
        let trace = try #require(TraceContext(traceparent: Self.header, state: "vendor=1"))
        #expect(trace.traceID.description == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(trace.spanID == 0x00f0_67aa_0ba9_02b7 && trace.isSampled && trace.state == "vendor=1")
        #expect(trace.traceparent == Self.header)
        #expect(TraceContext(traceparent: Self.header.dropLast(2) + "00")?.isSampled == false)
        // A version of later, in the form of today.
        #expect(TraceContext(traceparent: "01" + Self.header.dropFirst(2))?.traceparent == Self.header)
        #expect(TraceContext(traceparent: Self.header, state: String(repeating: "a", count: 513))?.state == nil)
        #expect(TraceContext(traceparent: Self.header, state: "a=\u{7}")?.state == nil)
    }

    @Test(
        "what is malformed is no trace",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,00-4bf9",
        ])
    func malformed(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("whatever a client sends, it is the same trace when it is written again, or none")
    func fuzz() {
        property("traceparent", Gen<String>.text(near: [Self.header])) { text in
            guard let trace = TraceContext(traceparent: text) else { return }
            try demandEqual(TraceContext(traceparent: trace.traceparent), trace)
            try demandEqual(trace.traceparent.utf8.count, 55)
        }
    }

    private struct Fields: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }

    @Test("children have the trace of their parent, also over what is sent elsewhere")
    func parents() throws {
        let buffer = SpanBuffer()
        let tracer = ShopTracer(buffer: buffer, ratio: 1)
        var context = InstrumentationContext.topLevel
        tracer.extract(["traceparent": Self.header, "tracestate": "a=b"], into: &context, using: Fields())
        let outer = tracer.startSpan("outer", context: context, ofKind: .server)
        let inner = tracer.startSpan("inner", context: outer.context, ofKind: .client)
        var sent: [String: String] = [:]
        tracer.inject(inner.context, into: &sent, using: Fields())
        inner.end()
        inner.end()
        outer.attributes["late"] = "no"
        outer.end()
        outer.attributes["late"] = "yes"
        let spans = buffer.take()
        #expect(spans.map(\.name) == ["inner", "outer"])
        #expect(Set(spans.map(\.trace.traceID.description)) == ["4bf92f3577b34da6a3ce929d0e0e4736"])
        #expect(spans[1].parent == 0x00f0_67aa_0ba9_02b7 && spans[0].parent == spans[1].trace.spanID)
        #expect(spans[1].attributes.get("late") == .string("no"))
        #expect(spans.allSatisfy { $0.end >= $0.start })
        #expect(sent["traceparent"] == inner.context.trace?.traceparent && sent["tracestate"] == "a=b")

        var untouched = InstrumentationContext.topLevel
        tracer.extract(["traceparent": "nonsense"], into: &untouched, using: Fields())
        #expect(untouched.trace == nil)
    }

    @Test("a share of the traces is recorded, whole or not at all; others' traces say it themselves")
    func sampling() throws {
        let buffer = SpanBuffer()
        func recorded(_ ratio: Double) -> Int {
            let tracer = ShopTracer(buffer: buffer, ratio: ratio)
            for _ in 0..<1_000 {
                let outer = tracer.startSpan("outer", context: .topLevel)
                let inner = tracer.startSpan("inner", context: outer.context)
                #expect(inner.isRecording == outer.isRecording)
                inner.end()
                outer.end()
            }
            var count = 0
            while case let spans = buffer.take(), !spans.isEmpty { count += spans.count }
            return count
        }
        #expect(recorded(0) == 0)
        #expect(recorded(1) == 2_000)
        let some = recorded(0.25)
        #expect((300...700).contains(some) && some.isMultiple(of: 2))

        var context = InstrumentationContext.topLevel
        context.trace = TraceContext(traceparent: Self.header)
        ShopTracer(buffer: buffer, ratio: 0).startSpan("wanted", context: context).end()
        context.trace = TraceContext(traceparent: Self.header.dropLast(2) + "00")
        let unwanted = ShopTracer(buffer: buffer, ratio: 1).startSpan("unwanted", context: context)
        unwanted.end()
        #expect(buffer.take().map(\.name) == ["wanted"])
        #expect(unwanted.context.trace?.isSampled == false)
    }

    @Test("spans are written as OTLP wants them")
    func document() throws {
        let trace = try #require(TraceContext(traceparent: Self.header, state: "a=b"))
        var span = SpanRecord(trace: trace, parent: 0xA1, name: "job \"x\"", kind: .consumer, start: 1)
        span.end = 1_764_000_000_123_456_789
        span.attributes = [
            "text": "line\n", "number": 7, "real": 1.5, "endless": .double(.infinity), "flag": true,
            "list": .stringArray(["a", "b"]),
        ]
        span.status = SpanStatus(code: .error, message: "transient")
        let plain = SpanRecord(trace: trace, parent: nil, name: "plain", kind: .internal, start: 2)
        let text = OTLPDocument.document(
            [span, plain], of: TraceResource(service: "shop", version: "1.0", processID: 5)
        ).text
        #expect(
            text == """
                {"resourceSpans":[{"resource":{"attributes":[\
                {"key":"process.pid","value":{"intValue":"5"}},\
                {"key":"service.name","value":{"stringValue":"shop"}},\
                {"key":"service.version","value":{"stringValue":"1.0"}}]},\
                "scopeSpans":[{"scope":{"name":"cartwright","version":"1.0"},"spans":[\
                {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",\
                "parentSpanId":"00000000000000a1","traceState":"a=b","name":"job \\"x\\"","kind":5,\
                "startTimeUnixNano":"1","endTimeUnixNano":"1764000000123456789","attributes":[\
                {"key":"endless","value":{"doubleValue":"Infinity"}},\
                {"key":"flag","value":{"boolValue":true}},\
                {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}},\
                {"key":"number","value":{"intValue":"7"}},\
                {"key":"real","value":{"doubleValue":1.5}},\
                {"key":"text","value":{"stringValue":"line\\n"}}],\
                "status":{"code":2,"message":"transient"}},\
                {"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","traceState":"a=b",\
                "name":"plain","kind":1,"startTimeUnixNano":"2","endTimeUnixNano":"2","attributes":[]}]}]}]}
                """)
    }
}

@Suite("Spans leave in batches, and a bad collector costs nothing but them")
struct SpanExporterTests {
    private static let resource = TraceResource(service: "shop", version: "1.0", processID: 5)

    /// A process that records everything and sends by `send`.
    private struct Process {
        let registry = PrometheusRegistry()
        let buffer: SpanBuffer
        let tracer: ShopTracer
        let exporter: SpanExporter

        init(
            capacity: Int = SpanBuffer.standardCapacity, batch: Int = 512, interval: Duration = .seconds(600),
            lines: Lines = Lines(), send: @escaping SpanExporter.Send
        ) {
            buffer = SpanBuffer(capacity: capacity, batch: batch, metrics: registry)
            tracer = ShopTracer(buffer: buffer, ratio: 1)
            var pace = SpanExporter.Pace()
            (pace.interval, pace.pause, pace.lastCall) = (interval, .milliseconds(1), .milliseconds(200))
            exporter = SpanExporter(
                buffer, resource: SpanExporterTests.resource, pace: pace,
                logger: Logger(label: "traces") { _ in lines }, metrics: registry, send: send)
        }

        func record(_ count: Int) {
            for number in 0..<count { tracer.startSpan("span \(number)", context: .topLevel).end() }
        }

        func shows(_ line: String) async -> Bool {
            await registry.exposition().split(separator: "\n").contains { $0 == line }
        }

        /// Runs the exporter until `body` returns, and shuts it down in good order.
        func running(_ body: @escaping @Sendable () async throws -> Void) async throws {
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: exporter)], logger: Logger(label: "group") { _ in Lines() }))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await body()
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    /// Counts log lines.
    private final class Lines: LogHandler, Sendable {
        let texts = Mutex<[String]>([])
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .trace }
            set {}
        }
        subscript(metadataKey _: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }
        func log(event: LogEvent) { texts.withLock { $0.append("\(event.message)") } }
    }

    /// What a collector was sent, with a signal for each request.
    private final class Inbox: Sendable {
        let bodies = Mutex<[String]>([])
        let arrivals: AsyncStream<Void>
        private let arrived: AsyncStream<Void>.Continuation

        init() { (arrivals, arrived) = AsyncStream.makeStream(of: Void.self) }

        func take(_ body: [UInt8]) {
            bodies.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
            arrived.yield()
        }

        /// How many spans each request had.
        var counts: [Int] { bodies.withLock { $0.map { $0.components(separatedBy: "\"spanId\"").count - 1 } } }

        func wait(for count: Int) async {
            var left = count
            for await _ in arrivals {
                left -= 1
                if left == 0 { return }
            }
        }
    }

    @Test("a full batch leaves at once, the rest at shutdown", .timeLimit(.minutes(1)))
    func batches() async throws {
        let inbox = Inbox()
        let process = Process(batch: 10) { body in
            inbox.take(body)
            return 200
        }
        try await process.running {
            process.record(10)
            await inbox.wait(for: 1)
            #expect(inbox.counts == [10])
            process.record(3)
        }
        #expect(inbox.counts == [10, 3])
        #expect(await process.shows("trace_spans_exported_total 13"))
    }

    @Test("few spans leave after a while", .timeLimit(.minutes(1)))
    func time() async throws {
        let inbox = Inbox()
        let process = Process(interval: .milliseconds(20)) { body in
            inbox.take(body)
            return 200
        }
        try await process.running {
            process.record(2)
            await inbox.wait(for: 1)
        }
        #expect(inbox.counts.reduce(0, +) == 2)
    }

    @Test("what does not fit is dropped and counted, and no caller waits")
    func bound() async throws {
        let process = Process(capacity: 100, batch: 10) { _ in 200 }
        process.record(250)
        #expect(process.buffer.count == 100)
        #expect(await process.shows(#"trace_spans_dropped_total{reason="buffer"} 150"#))
        #expect(process.buffer.take().count == 10)
        process.record(20)
        #expect(process.buffer.count == 100)
    }

    @Test("a collector that refuses costs its spans and one line a minute", .timeLimit(.minutes(1)))
    func refusing() async throws {
        let (inbox, lines) = (Inbox(), Lines())
        let process = Process(batch: 10, lines: lines) { body in
            inbox.take(body)
            return 503
        }
        try await process.running {
            for round in 1...3 {
                process.record(10)
                await inbox.wait(for: 1)
                #expect(inbox.counts.count == round)
            }
        }
        #expect(lines.texts.withLock { $0 } == ["the trace collector does not take spans; they are dropped"])
        #expect(await process.shows(#"trace_spans_dropped_total{reason="collector"} 30"#))
    }

    @Test("a collector that never answers holds no shutdown up", .timeLimit(.minutes(1)))
    func hanging() async throws {
        let inbox = Inbox()
        let process = Process(batch: 10) { body in
            inbox.take(body)
            try await letTimePass(.seconds(600), because: "the collector never answers")
            return 200
        }
        let began = ContinuousClock.now
        try await process.running {
            process.record(15)
            await inbox.wait(for: 1)
        }
        #expect(ContinuousClock.now - began < .seconds(20))
        #expect(await process.shows(#"trace_spans_dropped_total{reason="shutdown"} 15"#))
    }
}
