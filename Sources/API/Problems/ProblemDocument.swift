import HTTPTypes

/// The JSON of a ``Problem``.
struct ProblemDocument: Encodable {
    let problem: Problem
    let instance: String
    let requestID: String

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(_ name: String) { self.init(stringValue: name) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode("urn:cartwright:problem:\(problem.code)", forKey: Key("type"))
        try container.encode(problem.code, forKey: Key("code"))
        try container.encode(problem.title, forKey: Key("title"))
        try container.encode(problem.status.code, forKey: Key("status"))
        try container.encode(problem.detail, forKey: Key("detail"))
        try container.encode(instance, forKey: Key("instance"))
        try container.encode(requestID, forKey: Key("request_id"))
        if !problem.errors.isEmpty { try container.encode(problem.errors, forKey: Key("errors")) }
        if let order = problem.order { try container.encode(order, forKey: Key("order")) }
        for (name, value) in problem.amounts { try container.encode(value, forKey: Key(name)) }
        for (name, value) in problem.lists { try container.encode(value, forKey: Key(name)) }
        for (name, value) in problem.members { try container.encode(value, forKey: Key(name)) }
    }
}
