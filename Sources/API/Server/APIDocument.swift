import Foundation

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
