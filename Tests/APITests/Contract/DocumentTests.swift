import Foundation
import HTTPTypes
import JSON
import TestSupport
import Testing

@testable import API

@Suite("The document says what the API does", .database(migrations: try Shop.migrations()))
struct DocumentTests {
    private static let methods: Set<String> = ["get", "put", "post", "patch", "delete", "head", "options"]

    /// `METHOD path` of every operation in the YAML text, whose paths stand two spaces in and methods four.
    private func operations(yaml: String) -> Set<String> {
        var result: Set<String> = []
        var path = ""
        for line in yaml.split(separator: "\n") where line.hasSuffix(":") {
            if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
            let name = String(line.dropFirst(4).dropLast())
            if line.hasPrefix("    "), !path.isEmpty, Self.methods.contains(name) {
                result.insert("\(name.uppercased()) \(path)")
            }
        }
        return result
    }

    @Test("the document is the same in YAML and JSON")
    func isTheSameInBothSpellings() throws {
        let document = try APIDocument.load()
        #expect(
            operations(yaml: String(decoding: document.yaml, as: UTF8.self)) == Set(try document.operations().keys))
    }

    @Test("another reader of YAML makes the same JSON of it")
    func readAlike() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cartwright-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (yaml, json) = (folder.appending(path: "openapi.yaml"), folder.appending(path: "openapi.json"))
        let document = try APIDocument.load()
        try Data(document.yaml).write(to: yaml)
        let program = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), open(sys.argv[2], 'w'))"
        let reader = try ManagedProcess.start("python3", arguments: ["-c", program, yaml.path, json.path])
        #expect(try await reader.waitForExit(within: .seconds(60)) == .code(0), "\(reader.log)")
        let other = try JSONValue(parsing: Array(try Data(contentsOf: json)))
        #expect(try JSONValue(parsing: document.json) == other)
    }

    @Test("the document refers to nothing that is missing")
    func refersToNothingThatIsMissing() throws {
        let json = try JSONValue(parsing: try APIDocument.load().json)
        func resolve(_ reference: String) -> JSONValue? {
            var value: JSONValue? = json
            for step in reference.dropFirst(2).split(separator: "/") {
                guard case .object(let members)? = value else { return nil }
                value = members[String(step)]
            }
            return value
        }
        func check(_ value: JSONValue) {
            switch value {
            case .object(let members):
                if case .string(let reference)? = members["$ref"] { #expect(resolve(reference) != nil, "\(reference)") }
                for member in members.values { check(member) }
            case .array(let elements): for element in elements { check(element) }
            default: break
            }
        }
        check(json)
    }

    @Test("the document is served")
    func isServed() async throws {
        try await Shop.open { shop in
            let json = try await shop.send(.get, "/openapi.json")
            #expect(json.status == 200)
            #expect(json["openapi"] == .string("3.1.0"))
            let yaml = try await shop.send(.get, "/openapi.yaml")
            #expect(yaml.headers[.contentType] == "application/yaml")
        }
    }

    @Test("a page shows every operation, schema and link of the document, and loads nothing from elsewhere")
    func page() async throws {
        let document = try APIDocument.load()
        let html = String(decoding: document.page.html, as: UTF8.self)
        for (operation, value) in try document.operations() {
            guard case .string(let id)? = value["operationId"] else { throw Missing() }
            #expect(html.contains("<article id=\"\(id)\">"), "\(operation)")
        }
        let targets = html.matches(of: /href="#([^"]+)"/).map { String($0.1) }
        #expect(targets.count > 100)
        for target in Set(targets) { #expect(html.contains("id=\"\(target)\""), "\(target)") }
        let loaded = html.matches(of: /(?:src|href)="([^"#][^"]*)"/).map { String($0.1) }
        #expect(
            Set(loaded) == ["/api/v1/docs/style.css", "/api/v1/openapi.yaml", "/api/v1/openapi.json"])
        #expect(!html.contains("{{") && !html.contains("<script"))
        try await Shop.open { shop in
            for path in ["//api/docs", "//api/v1/docs"] {
                let page = try await shop.send(.get, path)
                #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8")
                #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'; style-src 'self'") == true)
            }
            let style = try await shop.send(.get, "/docs/style.css")
            #expect(style.status == 200 && style.headers[.contentType] == "text/css; charset=utf-8")
        }
    }

    private struct Missing: Error {}
}

extension APIDocument {
    /// The operations of the JSON document, by `METHOD path`, each with `security` written out.
    func operations() throws -> [String: JSONObject] {
        guard case .object(let document) = try JSONValue(parsing: json), case .object(let paths)? = document["paths"]
        else { return [:] }
        var result: [String: JSONObject] = [:]
        for (path, item) in paths {
            guard case .object(let members) = item else { continue }
            for (name, member) in members {
                guard case .object(var operation) = member else { continue }
                operation["security"] = operation["security"] ?? document["security"]
                result["\(name.uppercased()) \(path)"] = operation
            }
        }
        return result
    }
}
