import Foundation
import JSON
import JobQueueTesting
import Postgres
import Synchronization
import TestSupport
import Testing
import Tracing

@testable import JobQueue
@testable import Observability

@Suite("Jobs belong to the trace of the work that enqueued them")
struct TraceTests {
    @Test("over attempts, and over jobs that jobs enqueue")
    func family() async throws {
        try await Engine.with { engine in
            let buffer = SpanBuffer()
            let tracer = ShopTracer(buffer: buffer, ratio: 1)
            try await withTracer(tracer) {
                var registry = JobRegistry()
                registry.register(Task1.self) { _, context in
                    if context.attempt == 1 { throw JobFailure.transient("not yet: ada@example.com") }
                    try await engine.enqueue(Task2(), push: false)
                }
                registry.register(Task2.self) { _, _ in throw JobFailure.permanent(code: "refused", "no") }
                let request = tracer.startSpan("request", context: .topLevel, ofKind: .server)
                try await InstrumentationContext.$current.withValue(request.context) {
                    _ = try await engine.enqueue(Task1(), push: false)
                }
                request.end()
                try await LedgerDrain(registry, database: engine.database, logger: engine.logger)
                    .run(within: .minutes(5))
            }
            let spans = buffer.take()
            #expect(spans.map(\.name) == ["request", "job test.one", "job test.one", "job test.two"])
            #expect(Set(spans.map(\.trace.traceID)).count == 1)
            #expect(spans[1].parent == spans[0].trace.spanID && spans[2].parent == spans[0].trace.spanID)
            #expect(spans[3].parent == spans[2].trace.spanID)
            #expect(
                spans.dropFirst().map { $0.attributes.get("job.outcome") } == [
                    .string("retry"), .string("done"), .string("dead"),
                ])
            #expect(spans.dropFirst().map { $0.attributes.get("job.attempt") } == [.int64(1), .int64(2), .int64(1)])
            #expect(spans[3].attributes.get("error.type") == .string("refused"))
            #expect(spans.map(\.status?.code) == [nil, .error, nil, .error])
            let text = OTLPDocument.document(spans, of: TraceResource(service: "", version: "", processID: 1)).text
            #expect(!text.contains("ada@example.com"))
        }
    }

    @Test("a trace that is given goes before that of the task; without a tracer there is none")
    func given() async throws {
        try await Engine.with { engine in
            let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let tracer = ShopTracer(buffer: SpanBuffer(), ratio: 1)
            try await withTracer(tracer) {
                let span = tracer.startSpan("request", context: .topLevel)
                try await InstrumentationContext.$current.withValue(span.context) {
                    #expect(JobTrace.current == span.context.trace?.traceparent)
                    let own = try JobLedger.insertion(of: Task1(), traceparent: given)
                    let batch = try JobLedger.insertions(of: [Task1(), Task1()])
                    _ = try await engine.database.pipeline([own.statement, batch.statement])
                    // Work for several callers is of no trace, unless there is one caller only.
                    #expect(await JobTrace.joining(2) { JobTrace.current } == nil)
                    #expect(await JobTrace.joining(1) { JobTrace.current } != nil)
                }
                let rows = try await engine.database.query("SELECT traceparent FROM jobs ORDER BY id")
                #expect(
                    try rows.map { try $0["traceparent"] as String? } == [
                        given, span.context.trace?.traceparent, span.context.trace?.traceparent,
                    ])
            }
            #expect(JobTrace.current == nil)
        }
    }
}
