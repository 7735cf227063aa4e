import JSON
import Tracing

/// Which process spans are of.
package struct TraceResource: Sendable {
    package let service: String
    package let version: String
    package let processID: Int

    package init(service: String, version: String, processID: Int) {
        self.service = service
        self.version = version
        self.processID = processID
    }
}

/// Spans as OTLP/HTTP carries them in JSON: `ExportTraceServiceRequest` in Protocol Buffers' JSON form, in which 64-bit
/// numbers are strings, with ids in hexadecimal and enumerations as numbers
/// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
enum OTLPDocument {
    static func bytes(_ spans: [SpanRecord], of resource: TraceResource) -> [UInt8] {
        Array(document(spans, of: resource).text.utf8)
    }

    static func document(_ spans: [SpanRecord], of resource: TraceResource) -> JSONValue {
        let scope: JSONValue = .object([("name", "cartwright"), ("version", .string(resource.version))])
        let about: SpanAttributes = [
            "service.name": .string(resource.service), "service.version": .string(resource.version),
            "process.pid": .int64(Int64(resource.processID)),
        ]
        return .object([
            (
                "resourceSpans",
                .array([
                    .object([
                        ("resource", .object([("attributes", attributes(about))])),
                        (
                            "scopeSpans",
                            .array([.object([("scope", scope), ("spans", .array(spans.map(span)))])])
                        ),
                    ])
                ])
            )
        ])
    }

    private static func span(_ span: SpanRecord) -> JSONValue {
        var members = JSONObject([
            ("traceId", .string(span.trace.traceID.description)), ("spanId", .string(Hex.text(span.trace.spanID))),
        ])
        members["parentSpanId"] = span.parent.map { .string(Hex.text($0)) }
        members["traceState"] = span.trace.state.map { .string($0) }
        members["name"] = .string(span.name)
        members["kind"] = .integer(number(of: span.kind))
        members["startTimeUnixNano"] = .string(String(span.start))
        members["endTimeUnixNano"] = .string(String(span.end))
        members["attributes"] = attributes(span.attributes)
        if !span.events.isEmpty { members["events"] = .array(span.events.map(event)) }
        if !span.links.isEmpty { members["links"] = .array(span.links.map { link(to: $0.trace, $0.attributes) }) }
        if let status = span.status {
            var value = JSONObject([("code", .integer(status.code == .ok ? 1 : 2))])
            value["message"] = status.message.map { .string($0) }
            members["status"] = .object(value)
        }
        return .object(members)
    }

    private static func event(_ event: SpanEvent) -> JSONValue {
        .object([
            ("timeUnixNano", .string(String(event.nanosecondsSinceEpoch))), ("name", .string(event.name)),
            ("attributes", attributes(event.attributes)),
        ])
    }

    private static func link(to trace: TraceContext, _ about: SpanAttributes) -> JSONValue {
        .object([
            ("traceId", .string(trace.traceID.description)), ("spanId", .string(Hex.text(trace.spanID))),
            ("attributes", attributes(about)),
        ])
    }

    private static func number(of kind: SpanKind) -> Int64 {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    /// In the order of their names.
    private static func attributes(_ attributes: SpanAttributes) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = []
        attributes.forEach { members.append(($0, value($1))) }
        return .array(
            members.sorted { $0.name < $1.name }.map { .object([("key", .string($0.name)), ("value", $0.value)]) })
    }

    private static func value(_ attribute: SpanAttribute) -> JSONValue {
        switch attribute {
        case .int32(let value): whole(Int64(value))
        case .int64(let value): whole(value)
        case .double(let value): real(value)
        case .bool(let value): .object([("boolValue", .bool(value))])
        case .string(let value): text(value)
        case .stringConvertible(let value): text(value.description)
        case .int32Array(let values): list(values.map { whole(Int64($0)) })
        case .int64Array(let values): list(values.map(whole))
        case .doubleArray(let values): list(values.map(real))
        case .boolArray(let values): list(values.map { .object([("boolValue", .bool($0))]) })
        case .stringArray(let values): list(values.map(text))
        case .stringConvertibleArray(let values): list(values.map { text($0.description) })
        default: text("\(attribute)")
        }
    }

    private static func text(_ value: String) -> JSONValue { .object([("stringValue", .string(value))]) }

    private static func whole(_ value: Int64) -> JSONValue { .object([("intValue", .string(String(value)))]) }

    /// What is not finite is a word there: `NaN`, `Infinity`, `-Infinity`.
    private static func real(_ value: Double) -> JSONValue {
        let number: JSONValue =
            if let digits = JSONText.number(value) {
                .number(digits)
            } else {
                .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
            }
        return .object([("doubleValue", number)])
    }

    private static func list(_ values: [JSONValue]) -> JSONValue {
        .object([("arrayValue", .object([("values", .array(values))]))])
    }
}
