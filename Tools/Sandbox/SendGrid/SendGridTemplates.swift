import FoundationEssentials
import Hummingbird
import JSON
import Mustache
import Synchronization

/// A template that a message's data is put into, with the text of its active version
/// (https://www.twilio.com/docs/sendgrid/for-developers/sending-email/using-handlebars).
struct SendGridTemplate: Sendable, Codable, Equatable {
    let id: String
    var name: String
    var subject = ""
    var plain = ""
    var html = ""
    /// The version that is active; nil when there is none yet.
    var version: String?

    /// Whether a text is written as the id of a template is.
    static func isID(_ text: String) -> Bool {
        let isDynamic = text.hasPrefix("d-")
        let digits = isDynamic ? Substring(text.dropFirst(2)) : text.filter { $0 != "-" }[...]
        return digits.utf8.count == 32
            && digits.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }

    /// A text with data in place of its tags. What cannot be understood as a template stays as it is.
    func render(_ text: String, _ data: [String: JSONValue]) -> String {
        guard let template = try? MustacheTemplate(string: Self.mustache(text)) else { return text }
        return template.render(data.compactMapValues(\.plain))
    }

    /// The provider's templates are written in Handlebars, of which `#if`, `#unless`, `#each` and `else` have their
    /// like in Mustache.
    static func mustache(_ text: String) -> String {
        var output = ""
        /// The name that each open block is closed with, and whether its other half has begun.
        var open: [String] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            output += rest[..<start.lowerBound]
            let tag = rest[start.upperBound..<end.lowerBound].trimmed
            let words = tag.split(separator: " ", maxSplits: 1).map { String($0).trimmed }
            switch words.first {
            case "#if" where words.count == 2, "#each" where words.count == 2:
                open.append(words[1])
                output += "{{#\(words[1])}}"
            case "#unless" where words.count == 2:
                open.append(words[1])
                output += "{{^\(words[1])}}"
            case "else":
                if let name = open.last { output += "{{/\(name)}}{{^\(name)}}" }
            case "/if", "/each", "/unless":
                if let name = open.popLast() { output += "{{/\(name)}}" }
            case "this": output += "{{.}}"
            default: output += "{{\(rest[start.upperBound..<end.lowerBound])}}"
            }
            rest = rest[end.upperBound...]
        }
        return output + rest
    }
}

/// The templates there are, kept over restarts.
final class SendGridTemplates: Sendable {
    private let all: Mutex<[String: SendGridTemplate]>
    private let journal: Journal

    init(journal: Journal, replaying records: [JournalRecord]) {
        self.journal = journal
        all = Mutex(Dictionary(records.compactMap(\.template).map { ($0.id, $0) }) { $1 })
    }

    /// The template of an id, if one of its versions is active.
    func active(_ id: String?) -> SendGridTemplate? {
        guard let template = template(id), template.version != nil else { return nil }
        return template
    }

    func template(_ id: String?) -> SendGridTemplate? { id.flatMap { id in all.withLock { $0[id] } } }

    /// Keeps a template, in place of an older one of its id.
    func keep(_ template: SendGridTemplate) throws(JournalError) {
        try journal.append(JournalRecord(template: template))
        all.withLock { $0[template.id] = template }
    }
}

/// `POST /v3/templates`, `GET /v3/templates/{id}` and `POST /v3/templates/{id}/versions`: a version that is made is the
/// active one unless it says otherwise (https://www.twilio.com/docs/sendgrid/api-reference/transactional-templates).
struct SendGridTemplateRoutes: Sendable {
    let templates: SendGridTemplates

    private struct NewTemplate: Decodable {
        let name: String?
        let generation: String?
    }

    private struct NewVersion: Decodable {
        let name: String?
        let subject: String?
        let active: Int?
        let html: String?
        let plain: String?

        enum CodingKeys: String, CodingKey {
            case name, subject, active
            case html = "html_content"
            case plain = "plain_content"
        }
    }

    func add(to router: Router<SandboxContext>) {
        router.post("/v3/templates") { request, _ in
            if let refusal = Self.refusal(of: request) { return refusal }
            guard let new = try await Self.body(NewTemplate.self, of: request), let name = new.name,
                (1...100).contains(name.count)
            else {
                return Self.refused("name", "The name is required and has at most 100 characters.")
            }
            guard new.generation ?? "legacy" == "dynamic" else {
                return Self.refused("generation", "The sandbox has dynamic templates only.")
            }
            let template = SendGridTemplate(id: "d-" + ProviderID.hexadecimal(32), name: name)
            try templates.keep(template)
            return .json(Self.wire(of: template), status: .created)
        }
        router.get("/v3/templates/{id}") { request, context in
            if let refusal = Self.refusal(of: request) { return refusal }
            guard let template = templates.template(context.parameters.get("id")) else { return Self.missing }
            return .json(Self.wire(of: template))
        }
        router.post("/v3/templates/{id}/versions") { request, context in
            if let refusal = Self.refusal(of: request) { return refusal }
            guard var template = templates.template(context.parameters.get("id")) else { return Self.missing }
            guard let new = try await Self.body(NewVersion.self, of: request), let name = new.name, !name.isEmpty else {
                return Self.refused("name", "The name is required.")
            }
            guard let subject = new.subject, !subject.isEmpty, subject.count <= 255 else {
                return Self.refused("subject", "The subject is required and has at most 255 characters.")
            }
            if new.active ?? 1 == 1 {
                (template.subject, template.html, template.plain) = (subject, new.html ?? "", new.plain ?? "")
                template.version = ProviderID.hexadecimal(32)
            }
            try templates.keep(template)
            return .json(Self.wire(of: template), status: .created)
        }
    }

    private static func body<Body: Decodable>(_ type: Body.Type, of request: Request) async throws -> Body? {
        let bytes = try await request.body.collect(upTo: 2 * 1024 * 1024)
        return try? JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
    }

    private static func refusal(of request: Request) -> Response? {
        SendGridKeyCheck.refusal(of: request.headers[.authorization]).map {
            .json(SendGridDefect.body([$0]), status: .unauthorized)
        }
    }

    private static func refused(_ field: String, _ message: String) -> Response {
        .json(SendGridDefect.body([SendGridDefect(field, message)]), status: .badRequest)
    }

    private static var missing: Response {
        .json(.object([("error", "template not found")]), status: .notFound)
    }

    private static func wire(of template: SendGridTemplate) -> JSONValue {
        let version = template.version.map { version in
            JSONValue.object([
                ("id", .string(version)), ("template_id", .string(template.id)), ("active", .integer(1)),
                ("subject", .string(template.subject)), ("html_content", .string(template.html)),
                ("plain_content", .string(template.plain)),
            ])
        }
        return .object([
            ("id", .string(template.id)), ("name", .string(template.name)), ("generation", "dynamic"),
            ("versions", .array(version.map { [$0] } ?? [])),
        ])
    }
}
