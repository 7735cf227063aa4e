import Tracing

/// How jobs take part in traces: the ledger keeps the W3C `traceparent` of the work that enqueued a job, and each
/// attempt has a span below it. Nothing of it costs anything where no tracer is bootstrapped.
public enum JobTrace {
    /// The `traceparent` of the work that this task does; nil where nothing is traced. What is enqueued now carries it
    /// unless it is given another one.
    public static var current: String? {
        guard let context = InstrumentationContext.current else { return nil }
        var traceparent: String?
        InstrumentationSystem.instrument.inject(context, into: &traceparent, using: TraceparentCarrier())
        return traceparent
    }

    /// Does work for several callers in the task of one of them. It belongs to none of their traces, unless there is
    /// one caller only.
    /// - Throws: what `body` throws.
    package static func joining<Value>(_ callers: Int, _ body: () async throws -> Value) async rethrows -> Value {
        guard callers > 1, InstrumentationContext.current != nil else { return try await body() }
        return try await InstrumentationContext.$current.withValue(nil) { try await body() }
    }
}

/// Carries a `traceparent` and no other field of a trace.
private struct TraceparentCarrier: Injector, Extractor {
    private static let key = "traceparent"

    func inject(_ value: String, forKey key: String, into carrier: inout String?) {
        if key == Self.key { carrier = value }
    }

    func extract(key: String, from carrier: String?) -> String? { key == Self.key ? carrier : nil }
}

/// The span of one attempt, as OpenTelemetry names what consumers of messages do.
struct AttemptSpan {
    private let span: any Span

    /// What the handler does belongs to it.
    var context: InstrumentationContext { span.context }

    init(of attempt: Attempt, by tracer: any Tracer) {
        var parent = InstrumentationContext.topLevel
        tracer.extract(attempt.traceparent, into: &parent, using: TraceparentCarrier())
        span = tracer.startSpan("job \(attempt.name)", context: parent, ofKind: .consumer)
        span.updateAttributes { attributes in
            attributes["messaging.operation.type"] = "process"
            attributes["messaging.destination.name"] = attempt.queue.rawValue
            attributes["messaging.message.id"] = "\(attempt.id)"
            attributes["job.name"] = attempt.name
            attributes["job.attempt"] = attempt.number
            if attempt.crashes > 0 { attributes["job.crashes"] = attempt.crashes }
        }
    }

    /// Without the error's message, which may hold personal data.
    func end(_ outcome: AttemptOutcome) {
        span.updateAttributes { attributes in
            attributes["job.outcome"] = outcome.word
            if let error = outcome.error { attributes["error.type"] = error.code }
        }
        switch outcome {
        case .done, .snooze, .fenced: break
        case .retry, .dead, .parked: span.setStatus(SpanStatus(code: .error, message: outcome.error?.code))
        }
        span.end()
    }
}
