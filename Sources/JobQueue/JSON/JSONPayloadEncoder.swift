import Foundation

/// Encodes `Encodable` values as JSON without white space, with the conventions of ``JSONPayloadDecoder``.
final class JSONPayloadEncoder: Encoder {
    private let parent: [any CodingKey]
    private var result: JSONTree?

    init(codingPath: [any CodingKey] = []) {
        parent = codingPath
    }

    /// - Throws: `EncodingError`, for example for a number that is not finite.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let tree = try JSONPayloadEncoder().tree(of: value)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        tree.append(to: &bytes)
        return bytes
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

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func tree<Value: Encodable>(of value: Value) throws -> JSONTree {
        // The types are compared first: casts that fail cost more than the rest of a small payload.
        if Value.self == Date.self, let date = value as? Date { return .string(date.formatted(.iso8601)) }
        if Value.self == Data.self, let data = value as? Data { return .string(data.base64EncodedString()) }
        if Value.self == URL.self, let url = value as? URL { return .string(url.absoluteString) }
        if Value.self == Decimal.self, let decimal = value as? Decimal { return .number(decimal.description) }
        let encoder = JSONPayloadEncoder(codingPath: parent)
        try value.encode(to: encoder)
        return encoder.tree
    }

    func tree(of number: some BinaryFloatingPoint & CustomStringConvertible) throws -> JSONTree {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, EncodingError.Context(codingPath: parent, debugDescription: "JSON has no number for \(number)"))
        }
        return .number(number.description)
    }
}

extension JSONPayloadEncoder: SingleValueEncodingContainer {
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
