import Foundation
import Hummingbird

/// The OpenAPI document that lies beside the program, in both of its spellings.
struct APIDocument: Sendable {
    let yaml: [UInt8]
    let json: [UInt8]

    /// Reads the document from the program's resources. Throws when they are not there: the installation is incomplete.
    static func load() throws -> APIDocument {
        let directory = Bundle.module.bundleURL.appending(path: "Document")
        return APIDocument(
            yaml: Array(try Data(contentsOf: directory.appending(path: "openapi.yaml"))),
            json: Array(try Data(contentsOf: directory.appending(path: "openapi.json"))))
    }
}

/// The contract of this API, as OpenAPI 3.1.
struct DocumentRoutes {
    /// The document, read once at start-up.
    let document: APIDocument

    func add(to routes: inout Routes) {
        routes.get("openapi.yaml", audience: .everyone, limit: nil) { _, _ in
            JSONResponse.response(
                bytes: document.yaml, headers: [.contentType: "application/yaml", .cacheControl: "public, max-age=300"])
        }
        routes.get("openapi.json", audience: .everyone, limit: nil) { _, _ in
            JSONResponse.response(bytes: document.json, headers: [.cacheControl: "public, max-age=300"])
        }
    }
}
