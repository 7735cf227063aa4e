import JSON

extension JSONValue {
    /// A document that was written before; null for what is none.
    static func document(_ text: String) -> JSONValue { (try? JSONValue(parsing: text, limits: .trusted)) ?? .null }

    /// An object of strings with its keys in order.
    static func strings(_ values: [String: String]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }

    /// An object with another value in one of its members.
    func setting(_ name: String, to value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }

    /// What a template's engine reads; a null is absent.
    var plain: Any? {
        switch self {
        case .null: nil
        case .bool(let value): value
        case .integer(let value): value
        case .number(let text): Double(text)
        case .string(let value): value
        case .array(let values): values.compactMap(\.plain)
        case .object(let members): members.reduce(into: [String: Any]()) { $0[$1.name] = $1.value.plain }
        }
    }

    /// Its kind, as a schema names it.
    var schemaType: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
