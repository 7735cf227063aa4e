import HTTPTypes

/// An answer as it stood on the wire.
struct RawAnswer: Sendable {
    let head: String
    let body: [UInt8]

    var status: Int { Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0 }

    func header(_ name: String) -> String? { Self.header(name, in: head) }

    /// The same taken apart like any other answer.
    var answer: Answer {
        var fields: HTTPFields = [:]
        for name in ["content-type", "x-request-id", "connection"] {
            if let field = HTTPField.Name(name), let value = header(name) { fields[field] = value }
        }
        return Answer(status: status, headers: fields, body: body)
    }

    static func header(_ name: String, in head: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
        }
        return nil
    }
}
