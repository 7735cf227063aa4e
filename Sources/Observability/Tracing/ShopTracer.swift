import Synchronization
package import Tracing

/// Makes the spans of a process and hands those that have ended to a ``SpanBuffer``.
///
/// What is recorded is decided once per trace: a trace that comes from outside says so itself, of those that begin here
/// a share is recorded. Spans of other traces still hand the trace on.
package struct ShopTracer: Tracer {
    let buffer: SpanBuffer
    /// The share of traces that are recorded, 0 to 1.
    let ratio: Double

    package init(buffer: SpanBuffer, ratio: Double) {
        self.buffer = buffer
        self.ratio = ratio
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> ShopSpan {
        var context = context()
        let parent = context.trace
        let traceID = parent?.traceID ?? .random()
        let trace = TraceContext(
            traceID: traceID, spanID: .random(in: 1 ... .max), isSampled: parent?.isSampled ?? takes(traceID),
            state: parent?.state)
        context.trace = trace
        let record = SpanRecord(
            trace: trace, parent: parent?.spanID, name: operationName, kind: kind,
            start: instant().nanosecondsSinceEpoch)
        return ShopSpan(record, context: context, buffer: buffer)
    }

    /// By the id itself, so that all processes decide alike.
    private func takes(_ id: TraceContext.TraceID) -> Bool {
        ratio >= 1 || Double(id.low >> 11) / 0x1p53 < ratio
    }

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: "traceparent", from: carrier),
            let trace = TraceContext(traceparent: text, state: extractor.extract(key: "tracestate", from: carrier))
        else { return }
        context.trace = trace
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.trace else { return }
        injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
        if let state = trace.state { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }

    /// Nothing: what has ended goes out by itself, see ``SpanExporter``.
    package func forceFlush() {}
}

/// One span while it lasts. What is noted after its end, or of a trace that is not recorded, is left out.
package final class ShopSpan: Span {
    private struct State {
        var record: SpanRecord
        var hasEnded = false
    }

    /// Most events, and most links, of one span.
    private static let maximumNotes = 32

    package let context: InstrumentationContext
    private let isSampled: Bool
    private let buffer: SpanBuffer
    private let state: Mutex<State>

    init(_ record: SpanRecord, context: InstrumentationContext, buffer: SpanBuffer) {
        self.context = context
        self.buffer = buffer
        isSampled = record.trace.isSampled
        state = Mutex(State(record: record))
    }

    package var isRecording: Bool { isSampled && state.withLock { !$0.hasEnded } }

    package var operationName: String {
        get { state.withLock { $0.record.name } }
        set { record { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.record.attributes } }
        set { record { $0.attributes = newValue } }
    }

    package func setStatus(_ status: SpanStatus) { record { $0.status = status } }

    package func addEvent(_ event: SpanEvent) {
        record { if $0.events.count < Self.maximumNotes { $0.events.append(event) } }
    }

    package func addLink(_ link: SpanLink) {
        guard let trace = link.context.trace else { return }
        record { if $0.links.count < Self.maximumNotes { $0.links.append((trace, link.attributes)) } }
    }

    /// Notes the error's type alone: messages may hold personal data.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard isSampled else { return }
        let end = instant().nanosecondsSinceEpoch
        let record: SpanRecord? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            state.record.end = max(end, state.record.start)
            return state.record
        }
        if let record { buffer.add(record) }
    }

    private func record(_ change: (inout SpanRecord) -> Void) {
        guard isSampled else { return }
        state.withLock { if !$0.hasEnded { change(&$0.record) } }
    }
}

/// What is known of a span.
package struct SpanRecord: Sendable {
    package let trace: TraceContext
    package let parent: UInt64?
    package var name: String
    package let kind: SpanKind
    /// Nanoseconds since 1970, like ``end``.
    package let start: UInt64
    package var end: UInt64
    package var attributes: SpanAttributes = [:]
    package var events: [SpanEvent] = []
    package var links: [(trace: TraceContext, attributes: SpanAttributes)] = []
    package var status: SpanStatus?

    package init(trace: TraceContext, parent: UInt64?, name: String, kind: SpanKind, start: UInt64) {
        self.trace = trace
        self.parent = parent
        self.name = name
        self.kind = kind
        self.start = start
        end = start
    }
}
