import HTTPTypes
import JSON
import NIOCore
import Testing

@testable import API

/// What the API answered, taken apart for looking at.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let body: [UInt8]

    /// The body; `.null` when it is not JSON.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// The value at a path of member names and, for arrays, indices.
    subscript(_ path: String...) -> JSONValue? {
        var value = json
        for step in path {
            switch value {
            case .object(let members):
                guard let next = members[step] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Int(step), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default:
                return nil
            }
        }
        return value
    }

    /// The string of a member.
    func text(_ name: String) throws -> String {
        guard case .string(let text)? = self[name] else {
            throw Missing(name: name, body: String(decoding: body, as: UTF8.self))
        }
        return text
    }

    /// `code` of a problem document, after checking that it is one and says the same as the status line.
    var problem: String? {
        guard headers[.contentType] == "application/problem+json", case .string(let code)? = self["code"],
            self["type"] == .string("urn:cartwright:problem:\(code)"), self["status"] == .integer(Int64(status)),
            case .string? = self["title"], case .string? = self["detail"], case .string? = self["instance"],
            self["request_id"] == headers[.requestID].map({ .string($0) })
        else { return nil }
        return code
    }

    /// `field:code` of a problem's errors.
    var fieldErrors: Set<String> {
        guard case .array(let errors)? = self["errors"] else { return [] }
        return Set(
            errors.compactMap {
                guard case .object(let error) = $0, case .string(let field)? = error["field"],
                    case .string(let code)? = error["code"]
                else {
                    return nil
                }
                return "\(field):\(code)"
            })
    }

    struct Missing: Error, CustomStringConvertible {
        let name: String
        let body: String
        var description: String { "no string \"\(name)\" in \(body)" }
    }
}
