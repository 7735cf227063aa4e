import JSON
import Mustache

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
