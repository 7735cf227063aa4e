import Foundation
import JSON
import Mustache

/// The contract as a page for people, made once at start from the same document: nothing on it is written twice, and it
/// loads nothing but its own style.
struct DocumentPage: Sendable {
    let html: [UInt8]
    let style: [UInt8]

    /// - Throws: when a file of the page is missing or broken: the installation is incomplete.
    init(of document: JSONValue) throws {
        let folder = Bundle.module.bundleURL.appending(path: "Document")
        let template = try MustacheTemplate(
            string: String(contentsOf: folder.appending(path: "docs.mustache"), encoding: .utf8))
        style = Array(try Data(contentsOf: folder.appending(path: "docs.css")))
        html = Array(template.render(Contract(document)).utf8)
    }
}

/// What the template is filled with. Members whose names end in HTML are escaped already.
private struct Contract {
    struct Group {
        let name: String
        let description: String
        let operations: [Operation]
    }

    struct Operation {
        let id: String
        let method: String
        let path: String
        let summary: String
        let descriptionHTML: String
        let audience: String
        let parameters: [Field]
        let body: [Field]
        let answers: [Answer]
        var hasParameters: Bool { !parameters.isEmpty }
        var hasBody: Bool { !body.isEmpty }
    }

    struct Field {
        let name: String
        let place: String
        let typeHTML: String
        let isRequired: Bool
        let descriptionHTML: String
    }

    struct Answer {
        let status: String
        let typeHTML: String
        let descriptionHTML: String
    }

    struct Schema {
        let name: String
        let fields: [Field]
        let typeHTML: String
    }

    let title: String
    let version: String
    let descriptionHTML: String
    let groups: [Group]
    let schemas: [Schema]

    init(_ document: JSONValue) {
        let reader = ContractReader(document: document)
        title = document["info"]?["title"]?.word ?? ""
        version = document["info"]?["version"]?.word ?? ""
        descriptionHTML = ContractReader.prose(document["info"]?["description"]?.word)
        let operations = reader.operations()
        groups = (document["tags"]?.elements ?? []).map { tag in
            let name = tag["name"]?.word ?? ""
            return Group(
                name: name, description: tag["description"]?.word ?? "",
                operations: operations.filter { $0.tag == name }.map(\.operation))
        }
        schemas = reader.schemas()
    }
}

/// Reads what an OpenAPI document says, with its references resolved.
private struct ContractReader {
    /// So deep are members of members listed; what lies deeper is named by its type.
    private static let depth = 4
    private static let methods = ["get", "post", "put", "patch", "delete"]

    let document: JSONValue

    func operations() -> [(tag: String, operation: Contract.Operation)] {
        (document["paths"]?.members ?? []).flatMap { path, item in
            Self.methods.compactMap { method in
                item[method].map { ($0["tags"]?.elements.first?.word ?? "", operation(method, path, item, $0)) }
            }
        }
    }

    func schemas() -> [Contract.Schema] {
        (document["components"]?["schemas"]?.members ?? []).map { name, schema in
            Contract.Schema(name: name, fields: fields(of: schema, below: "", Self.depth), typeHTML: type(of: schema))
        }
    }

    private func operation(_ method: String, _ path: String, _ item: JSONValue, _ value: JSONValue)
        -> Contract.Operation
    {
        let parameters = ((item["parameters"]?.elements ?? []) + (value["parameters"]?.elements ?? [])).map(resolved)
        let body = value["requestBody"].map(resolved)?["content"]?.members.first?.value["schema"]
        return Contract.Operation(
            id: value["operationId"]?.word ?? "", method: method.uppercased(), path: path,
            summary: value["summary"]?.word ?? "", descriptionHTML: Self.prose(value["description"]?.word),
            audience: audience(value["security"]),
            parameters: parameters.map { parameter in
                Contract.Field(
                    name: parameter["name"]?.word ?? "", place: parameter["in"]?.word ?? "",
                    typeHTML: parameter["schema"].map(type) ?? "", isRequired: parameter["required"] == .bool(true),
                    descriptionHTML: Self.prose(parameter["description"]?.word))
            },
            body: body.map { schema in
                let fields = fields(of: resolved(schema), below: "", Self.depth)
                return fields.isEmpty
                    ? [
                        Contract.Field(
                            name: "body", place: "", typeHTML: type(of: schema), isRequired: true,
                            descriptionHTML: "")
                    ] : fields
            } ?? [],
            answers: (value["responses"]?.members ?? []).map(answer))
    }

    private func answer(_ status: String, _ value: JSONValue) -> Contract.Answer {
        let value = resolved(value)
        let types = (value["content"]?.members ?? []).map { media, content in
            let schema = content["schema"].map(type) ?? ""
            return media == "application/json" || media == "application/problem+json"
                ? schema : "<code>\(Self.escaped(media))</code> \(schema)"
        }
        return Contract.Answer(
            status: status == "default" ? "other" : status, typeHTML: types.joined(separator: "<br>"),
            descriptionHTML: Self.prose(value["description"]?.word))
    }

    /// Who may call, in words.
    private func audience(_ security: JSONValue?) -> String {
        let ways = (security?.elements ?? []).map { way -> String in
            guard let (name, roles) = way.members.first else { return "anyone" }
            let role = roles.elements.compactMap(\.word).joined(separator: ", ")
            return role.isEmpty ? name : "\(name) (\(role))"
        }
        return ways.isEmpty ? "anyone" : ways.joined(separator: " or ")
    }

    /// The members of an object and of the objects in it, named by their path.
    private func fields(of schema: JSONValue, below path: String, _ depth: Int) -> [Contract.Field] {
        let parts = ["allOf", "oneOf", "anyOf"].flatMap { schema[$0]?.elements ?? [] }
        let required = Set((schema["required"]?.elements ?? []).compactMap(\.word))
        let own = (schema["properties"]?.members ?? []).flatMap { name, member -> [Contract.Field] in
            let place = path + name
            let field = Contract.Field(
                name: place, place: "", typeHTML: type(of: member), isRequired: required.contains(name),
                descriptionHTML: Self.prose(member["description"]?.word))
            guard depth > 1 else { return [field] }
            if let item = member["items"], item["$ref"] == nil {
                return [field] + fields(of: item, below: "\(place)[].", depth - 1)
            }
            return [field] + (member["$ref"] == nil ? fields(of: member, below: "\(place).", depth - 1) : [])
        }
        return own
            + parts.flatMap { part in
                part["$ref"] == nil && part["properties"] != nil ? fields(of: part, below: path, depth - 1) : []
            }
    }

    /// A schema in a few words, such as `integer, 1 to 999`; a named one as a link to it.
    private func type(of schema: JSONValue) -> String {
        if let reference = schema["$ref"]?.word, let name = reference.split(separator: "/").last {
            let name = Self.escaped(String(name))
            return "<a href=\"#schema-\(name)\">\(name)</a>"
        }
        for (word, joint) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
            if let parts = schema[word]?.elements { return parts.map(type).joined(separator: joint) }
        }
        if let only = schema["const"] { return "<code>\(Self.escaped(only.shown))</code>" }
        if let values = schema["enum"]?.elements {
            return values.map { "<code>\(Self.escaped($0.shown))</code>" }.joined(separator: " ")
        }
        let names = schema["type"]?.word.map { [$0] } ?? schema["type"]?.elements.compactMap(\.word) ?? []
        var text = Self.escaped(names.joined(separator: " or "))
        if let item = schema["items"] { text = "array of \(type(of: item))" }
        if let format = schema["format"]?.word { text += " (\(Self.escaped(format)))" }
        return ([text] + bounds(of: schema)).filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private func bounds(of schema: JSONValue) -> [String] {
        func range(_ least: String, _ most: String, _ unit: String) -> String? {
            switch (schema[least]?.shown, schema[most]?.shown) {
            case (nil, nil): nil
            case (let low?, nil): "at least \(low)\(unit)"
            case (nil, let high?): "at most \(high)\(unit)"
            case (let low?, let high?): low == high ? "\(low)\(unit)" : "\(low) to \(high)\(unit)"
            }
        }
        let standard = schema["default"].map { "<code>\(Self.escaped($0.shown))</code> unless said otherwise" }
        let pattern = schema["pattern"]?.word.map { "<code>\(Self.escaped($0))</code>" }
        return [
            range("minimum", "maximum", ""), range("minLength", "maxLength", " characters"),
            range("minItems", "maxItems", " items"), pattern, standard,
        ].compactMap { $0 }
    }

    /// What a reference refers to; anything else as it is.
    private func resolved(_ value: JSONValue) -> JSONValue {
        guard let reference = value["$ref"]?.word else { return value }
        return reference.dropFirst(2).split(separator: "/").reduce(document as JSONValue?) { $0?[String($1)] } ?? value
    }

    /// Paragraphs of plain text with `code` in it.
    static func prose(_ text: String?) -> String {
        guard let text else { return "" }
        return text.components(separatedBy: "\n\n").map { paragraph in
            let pieces = escaped(paragraph.trimmingCharacters(in: .whitespacesAndNewlines)).components(separatedBy: "`")
            let marked = pieces.enumerated().map { index, piece in
                // An odd one stands between two marks, unless the last mark is alone.
                index % 2 == 1 && index < pieces.count - 1 ? "<code>\(piece)</code>" : piece
            }
            return "<p>\(marked.joined())</p>"
        }.joined()
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

extension JSONValue {
    fileprivate var word: String? { if case .string(let text) = self { text } else { nil } }

    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    fileprivate var members: [(name: String, value: JSONValue)] {
        if case .object(let object) = self { object.map { ($0.name, $0.value) } } else { [] }
    }

    /// As people write it: texts without quotes.
    fileprivate var shown: String { word ?? text }
}
