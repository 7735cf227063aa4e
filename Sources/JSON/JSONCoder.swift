import Arithmetic
import Foundation

/// `Codable` values as JSON. Dates are RFC 3339 in UTC, `Data` is in base 64, `URL` and `Decimal` are plain values.
package enum JSONCoder {
    /// A value from its JSON.
    /// - Throws: ``JSONSyntaxError`` for what is no JSON, `DecodingError` for JSON of another shape.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: ArraySlice<UInt8>, limits: JSONLimits = .trusted
    ) throws -> Value {
        try JSONReader(tape: try JSONTape(bytes, limits: limits), index: 0, key: nil, path: nil).value(type)
    }

    /// As above, and throws the same.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], limits: JSONLimits = .trusted
    ) throws -> Value {
        try decode(type, from: bytes[...], limits: limits)
    }

    /// As above, and throws the same.
    package static func decode<Value: Decodable>(_ type: Value.Type, from text: String, limits: JSONLimits = .trusted)
        throws -> Value
    {
        try decode(type, from: Array(text.utf8)[...], limits: limits)
    }

    /// The JSON of a value.
    /// - Throws: `EncodingError`, for example for a number that is not finite.
    package static func encode(_ value: some Encodable, _ style: JSONStyle = .compact) throws -> [UInt8] {
        let tree = try JSONWriter(style: style).tree(of: value)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        style.append(tree, to: &bytes, indent: 0)
        return bytes
    }

    /// As above, and throws the same.
    package static func text(_ value: some Encodable, _ style: JSONStyle = .compact) throws -> String {
        String(decoding: try encode(value, style), as: UTF8.self)
    }
}

/// How JSON is written.
package struct JSONStyle: Sendable {
    /// Members in the order of their names, so that equal values are equal bytes.
    package var sortsMembers = false
    /// A line per value, for people.
    package var isIndented = false
    /// `createdAt` is written `created_at`. The keys of dictionaries and of ``JSONValue`` stay as they are.
    package var namesInSnakeCase = false
    /// Times to the millisecond; else to the second.
    package var showsMilliseconds = false

    /// As short as can be, members as they come.
    package static let compact = JSONStyle()
    /// What equal values share.
    package static let canonical = JSONStyle(sortsMembers: true)

    package init(
        sortsMembers: Bool = false, isIndented: Bool = false, namesInSnakeCase: Bool = false,
        showsMilliseconds: Bool = false
    ) {
        self.sortsMembers = sortsMembers
        self.isIndented = isIndented
        self.namesInSnakeCase = namesInSnakeCase
        self.showsMilliseconds = showsMilliseconds
    }

    func text(of date: Date) -> String {
        showsMilliseconds ? date.formatted(Self.withMilliseconds) : date.formatted(.iso8601)
    }

    static let withMilliseconds = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    func name(_ key: String) -> String {
        guard namesInSnakeCase, key.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else { return key }
        var name = ""
        var isUpperBefore = true
        let characters = Array(key)
        for (index, character) in characters.enumerated() {
            let isUpper = character.isUppercase
            let endsRun = index + 1 < characters.count && characters[index + 1].isLowercase
            if isUpper, index > 0, !isUpperBefore || endsRun { name += "_" }
            name += character.lowercased()
            isUpperBefore = isUpper
        }
        return name
    }

    func append(_ tree: JSONTree, to bytes: inout [UInt8], indent: Int) {
        switch tree {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(decimal: value)
        case .unsigned(let value): bytes.append(decimal: value)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONText.append(text, to: &bytes)
        case .nested(let writer): append(writer.tree, to: &bytes, indent: indent)
        case .document(let value): append(value, to: &bytes, indent: indent)
        case .array(let elements):
            append(elements.values, "[", "]", to: &bytes, indent: indent) { value, bytes in
                append(value, to: &bytes, indent: indent + 1)
            }
        case .object(let members):
            let values = sortsMembers ? members.values.sorted { $0.name < $1.name } : members.values
            append(values, "{", "}", to: &bytes, indent: indent) { member, bytes in
                append(name: member.name, to: &bytes)
                append(member.value, to: &bytes, indent: indent + 1)
            }
        }
    }

    func append(_ value: JSONValue, to bytes: inout [UInt8], indent: Int) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(decimal: value)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONText.append(text, to: &bytes)
        case .array(let elements):
            append(elements, "[", "]", to: &bytes, indent: indent) { value, bytes in
                append(value, to: &bytes, indent: indent + 1)
            }
        case .object(let members):
            let values = sortsMembers ? members.sorted { $0.name < $1.name } : Array(members)
            append(values, "{", "}", to: &bytes, indent: indent) { member, bytes in
                append(name: member.name, to: &bytes)
                append(member.value, to: &bytes, indent: indent + 1)
            }
        }
    }

    private func append(name: String, to bytes: inout [UInt8]) {
        JSONText.append(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        if isIndented { bytes.append(UInt8(ascii: " ")) }
    }

    private func append<Element>(
        _ elements: [Element], _ open: Unicode.Scalar, _ end: Unicode.Scalar, to bytes: inout [UInt8], indent: Int,
        each: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if isIndented { newLine(indent + 1, in: &bytes) }
            each(element, &bytes)
        }
        if isIndented, !elements.isEmpty { newLine(indent, in: &bytes) }
        bytes.append(UInt8(ascii: end))
    }

    private func newLine(_ indent: Int, in bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
    }
}
