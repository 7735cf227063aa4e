import Foundation
import TestSupport

/// A trace collector on a port of this machine, which takes spans over OTLP/HTTP in JSON and reads them.
final class TraceCollector: Sendable {
    /// A span as it came.
    struct Span: Sendable {
        let service: String
        let name: String
        let traceID: String
        let id: String
        /// Empty for the first of its trace.
        let parent: String
        /// 2 of a server, 3 of a client, 5 of a consumer.
        let kind: Int
        let attributes: [String: String]
        let isError: Bool
    }

    /// What came that is no export of spans.
    let faults = ScriptLog<String>()
    private let bodies = ScriptLog<String>()
    private let server: ScriptedServer

    init() throws {
        let (bodies, faults) = (self.bodies, self.faults)
        server = try ScriptedServer { peer in
            while true {
                let request = try peer.readRequest()
                if request.method != "POST" || request.target != "/v1/traces"
                    || request.headers["content-type"] != "application/json"
                {
                    faults.note("\(request.method) \(request.target) \(request.headers)")
                }
                bodies.note(request.body)
                try peer.answer(200, headers: ["Content-Type": "application/json"], "{}")
            }
        }
    }

    /// What makes a shop send its spans here.
    var settings: [String: String] { ["OTEL_EXPORTER_OTLP_ENDPOINT": server.url] }

    /// All that was sent, as text.
    var text: String { bodies.entries.joined(separator: "\n") }

    var requests: Int { bodies.entries.count }

    /// All spans so far, in the order in which they came.
    func spans() throws -> [Span] {
        try bodies.entries.flatMap { body in
            try JSONDecoder().decode(Export.self, from: Data(body.utf8)).resourceSpans.flatMap { resource in
                resource.scopeSpans.flatMap(\.spans).map { span in
                    Span(
                        service: Self.named(resource.resource.attributes)["service.name"] ?? "", name: span.name,
                        traceID: span.traceId, id: span.spanId, parent: span.parentSpanId ?? "", kind: span.kind,
                        attributes: Self.named(span.attributes), isError: span.status?.code == 2)
                }
            }
        }
    }

    private static func named(_ attributes: [Export.Attribute]) -> [String: String] {
        Dictionary(attributes.map { ($0.key, $0.value.stringValue ?? $0.value.intValue ?? "?") }) { _, last in last }
    }

    /// `ExportTraceServiceRequest`, as far as it is looked at.
    private struct Export: Decodable {
        struct Attribute: Decodable {
            struct Value: Decodable {
                let stringValue: String?
                let intValue: String?
            }
            let key: String
            let value: Value
        }
        struct Resource: Decodable { let attributes: [Attribute] }
        struct Status: Decodable { let code: Int }
        struct Span: Decodable {
            let traceId: String
            let spanId: String
            let parentSpanId: String?
            let name: String
            let kind: Int
            let startTimeUnixNano: String
            let endTimeUnixNano: String
            let attributes: [Attribute]
            let status: Status?
        }
        struct ScopeSpans: Decodable { let spans: [Span] }
        struct ResourceSpans: Decodable {
            let resource: Resource
            let scopeSpans: [ScopeSpans]
        }
        let resourceSpans: [ResourceSpans]
    }
}
