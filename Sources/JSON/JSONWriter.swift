import Foundation

/// The `Encoder` of ``JSONCoder``.
final class JSONWriter: Encoder {
    let style: JSONStyle
    private let parent: [any CodingKey]
    private var result: JSONTree?

    init(style: JSONStyle, codingPath: [any CodingKey] = []) {
        self.style = style
        parent = codingPath
    }

    var codingPath: [any CodingKey] { parent }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// What was encoded; a value that encodes nothing is an empty object.
    var tree: JSONTree { result ?? .object(JSONTree.Members()) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let members: JSONTree.Members
        if case .object(let present) = result {
            members = present
        } else {
            members = JSONTree.Members()
            result = .object(members)
        }
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(encoder: self, members: members))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let elements: JSONTree.Elements
        if case .array(let present) = result {
            elements = present
        } else {
            elements = JSONTree.Elements()
            result = .array(elements)
        }
        return JSONUnkeyedEncoding(encoder: self, elements: elements)
    }

    func write(_ document: JSONValue) { result = .document(document) }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func tree<Value: Encodable>(of value: Value) throws -> JSONTree {
        // The types are compared first: casts that fail cost more than the rest of a small payload.
        if Value.self == Date.self, let date = value as? Date { return .string(style.text(of: date)) }
        if Value.self == Data.self, let data = value as? Data { return .string(data.base64EncodedString()) }
        if Value.self == URL.self, let url = value as? URL { return .string(url.absoluteString) }
        if Value.self == Decimal.self, let decimal = value as? Decimal { return .number(decimal.description) }
        var style = style
        // The keys of a dictionary are data.
        if style.namesInSnakeCase, value is any StringKeyed { style.namesInSnakeCase = false }
        let encoder = JSONWriter(style: style, codingPath: parent)
        try value.encode(to: encoder)
        return encoder.tree
    }

    func tree(of number: some BinaryFloatingPoint & CustomStringConvertible) throws -> JSONTree {
        guard let text = JSONText.number(number) else {
            throw EncodingError.invalidValue(
                number, EncodingError.Context(codingPath: parent, debugDescription: "JSON has no number for \(number)"))
        }
        return .number(text)
    }
}

extension JSONWriter: SingleValueEncodingContainer {
    func encodeNil() { result = .null }
    func encode(_ value: Bool) { result = .bool(value) }
    func encode(_ value: String) { result = .string(value) }
    func encode(_ value: Double) throws { result = try tree(of: value) }
    func encode(_ value: Float) throws { result = try tree(of: value) }
    func encode(_ value: Int) { result = .integer(Int64(value)) }
    func encode(_ value: Int8) { result = .integer(Int64(value)) }
    func encode(_ value: Int16) { result = .integer(Int64(value)) }
    func encode(_ value: Int32) { result = .integer(Int64(value)) }
    func encode(_ value: Int64) { result = .integer(value) }
    func encode(_ value: UInt) { result = .unsigned(UInt64(value)) }
    func encode(_ value: UInt8) { result = .unsigned(UInt64(value)) }
    func encode(_ value: UInt16) { result = .unsigned(UInt64(value)) }
    func encode(_ value: UInt32) { result = .unsigned(UInt64(value)) }
    func encode(_ value: UInt64) { result = .unsigned(value) }
    func encode(_ value: some Encodable) throws { result = try tree(of: value) }
}

/// A dictionary whose values are written under its keys.
private protocol StringKeyed {}
extension Dictionary: StringKeyed where Key == String {}

/// JSON on its way out. Containers are boxes, because `Encodable` may fill several of them in turn.
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
    case document(JSONValue)
    /// What a nested writer has been or will be given.
    case nested(JSONWriter)

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
}
