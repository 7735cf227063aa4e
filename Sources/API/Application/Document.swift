import Foundation
import Hummingbird
import JSON
import Resilience
import Yams

/// The OpenAPI document that lies beside the program, as it is written, as JSON and as a page.
struct APIDocument: Sendable {
    let yaml: [UInt8]
    let json: [UInt8]
    /// The same for people.
    let page: DocumentPage

    private static let loaded = Result {
        let file = Bundle.module.bundleURL.appending(path: "Document/openapi.yaml")
        let yaml = Array(try Data(contentsOf: file))
        guard let root = try Yams.compose(yaml: String(decoding: yaml, as: UTF8.self)) else { throw Empty() }
        let document = try value(of: root)
        return APIDocument(yaml: yaml, json: try JSONCoder.encode(document), page: try DocumentPage(of: document))
    }

    /// Reads the document from the program's resources, and makes its JSON, once in a process.
    /// - Throws: when it is not there or is no YAML: the installation is incomplete.
    static func load() throws -> APIDocument { try loaded.get() }

    /// Its file holds nothing.
    struct Empty: Error {}

    /// It refers to another place of itself, which JSON cannot.
    struct Alias: Error {}

    /// A node of YAML as JSON means it, by the types of YAML 1.2's core schema. Names that are no strings, such as the
    /// statuses of answers, become strings.
    private static func value(of node: Node) throws -> JSONValue {
        switch node {
        case .mapping(let mapping):
            .object(try mapping.map { name, member in (name.string ?? "", try value(of: member)) })
        case .sequence(let sequence): .array(try sequence.map(value(of:)))
        case .scalar(let scalar): value(of: scalar)
        case .alias: throw Alias()
        }
    }

    private static func value(of scalar: Node.Scalar) -> JSONValue {
        let node = Node.scalar(scalar)
        switch node.tag {
        case Tag(.null): return .null
        case Tag(.bool): return node.bool.map(JSONValue.bool) ?? .string(scalar.string)
        case Tag(.int), Tag(.float):
            return (try? JSONValue(parsing: scalar.string)) ?? .string(scalar.string)
        default: return .string(scalar.string)
        }
    }
}

/// The contract of this API, as OpenAPI 3.1.
struct DocumentRoutes {
    /// The document, read once at start-up.
    let document: APIDocument
    private static let cacheControl = "public, max-age=300"
    /// The page may load its own style and nothing else.
    private static let policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"

    func add(to routes: inout Routes) {
        routes.get("openapi.yaml", audience: .everyone, limit: nil) { _, _ in
            JSONResponse.response(
                bytes: document.yaml, headers: [.contentType: "application/yaml", .cacheControl: Self.cacheControl])
        }
        routes.get("openapi.json", audience: .everyone, limit: nil) { _, _ in
            JSONResponse.response(bytes: document.json, headers: [.cacheControl: Self.cacheControl])
        }
        routes.get("docs", audience: .everyone, limit: .read) { _, _ in
            JSONResponse.response(
                bytes: document.page.html,
                headers: [
                    .contentType: "text/html; charset=utf-8", .cacheControl: Self.cacheControl,
                    .contentSecurityPolicy: Self.policy,
                ])
        }
        routes.get("docs/style.css", audience: .everyone, limit: .read) { _, _ in
            JSONResponse.response(
                bytes: document.page.style,
                headers: [.contentType: "text/css; charset=utf-8", .cacheControl: Self.cacheControl])
        }
    }
}
