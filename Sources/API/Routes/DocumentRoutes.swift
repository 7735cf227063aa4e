import Foundation
import Hummingbird

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
