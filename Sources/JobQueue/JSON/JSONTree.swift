import Redis

/// A JSON value on its way out. Containers are boxes, because `Encodable` may fill several of them in turn.
enum JSONTree {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    /// A number's text.
    case number(String)
    case string(String)
    case array(Elements)
    case object(Members)
    /// What a nested encoder has been or will be given.
    case nested(JSONPayloadEncoder)

    final class Elements {
        var values: [JSONTree] = []
    }

    final class Members {
        var values: [(name: String, value: JSONTree)] = []

        /// The last value given for a name counts.
        func set(_ name: String, _ value: JSONTree) {
            if let index = values.firstIndex(where: { $0.name == name }) {
                values[index].value = value
            } else {
                values.append((name, value))
            }
        }
    }

    /// Appends the value without any white space.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(decimal: value)
        case .unsigned(let value): bytes.append(decimal: value)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONEscapes.append(text, to: &bytes)
        case .nested(let encoder): encoder.tree.append(to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in elements.values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONEscapes.append(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
