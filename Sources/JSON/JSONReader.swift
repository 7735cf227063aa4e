import Foundation

/// Decodes `Decodable` values from a ``JSONTape``, with the conventions of Foundation's decoder as payloads use it:
/// dates in ISO 8601, `Data` in base 64, `URL` and `Decimal` as plain values.
struct JSONReader: Decoder {
    let tape: JSONTape
    /// The node that this decoder stands on.
    let index: Int
    /// The member or element that it is; nil for the outermost value.
    let key: (any CodingKey)?
    /// The way to the value around it.
    let path: JSONCodingPath?

    var codingPath: [any CodingKey] { (path?.keys ?? []) + (key.map { [$0] } ?? []) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard tape.nodes[index].kind == .object else { throw mismatch([String: Any].self, "an object") }
        return KeyedDecodingContainer(JSONKeyedDecoding(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard tape.nodes[index].kind == .array else { throw mismatch([Any].self, "an array") }
        return JSONUnkeyedDecoding(decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func at(_ index: Int, _ key: any CodingKey) -> JSONReader {
        JSONReader(
            tape: tape, index: index, key: key, path: self.key.map { JSONCodingPath(key: $0, parent: path) })
    }

    // MARK: Values

    var isNull: Bool { tape.nodes[index].kind == .null }

    func bool() throws -> Bool {
        switch tape.nodes[index].kind {
        case .true: true
        case .false: false
        default: throw mismatch(Bool.self, "true or false")
        }
    }

    func string() throws -> String {
        let node = tape.nodes[index]
        guard node.kind == .string || node.kind == .escapedString else { throw mismatch(String.self, "a string") }
        guard let text = tape.text(node) else { throw mismatch(String.self, "well-formed Unicode") }
        return text
    }

    /// A whole number, also written as `1.0` or `1e3`, that fits.
    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let node = tape.nodes[index]
        guard node.kind == .number else { throw mismatch(type, "a number") }
        if let value = plainInteger(node, type) { return value }
        guard let number = tape.text(node).flatMap(Double.init), let value = Value(exactly: number) else {
            throw mismatch(type, "a whole number that fits \(type)")
        }
        return value
    }

    /// Digits with at most a sign; nil for anything else or too large a number.
    private func plainInteger<Value: FixedWidthInteger>(_ node: JSONTape.Node, _ type: Value.Type) -> Value? {
        tape.bytes.withUnsafeBufferPointer { bytes in
            var position = Int(node.start)
            let isNegative = bytes[position] == UInt8(ascii: "-")
            if isNegative { position += 1 }
            var value: Value = 0
            while position < Int(node.end) {
                let digit = bytes[position] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                let (ten, first) = value.multipliedReportingOverflow(by: 10)
                let (sum, second) =
                    isNegative
                    ? ten.subtractingReportingOverflow(Value(digit)) : ten.addingReportingOverflow(Value(digit))
                if first || second { return nil }
                value = sum
                position += 1
            }
            return value
        }
    }

    func double() throws -> Double {
        let node = tape.nodes[index]
        guard node.kind == .number, let value = tape.text(node).flatMap(Double.init), value.isFinite else {
            throw mismatch(Double.self, "a number")
        }
        return value
    }

    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // A cast of a value to its own type, which the compiler cannot see to be one.
        func same(_ value: some Any) throws -> Value {
            guard let value = value as? Value else { throw mismatch(type, "\(type)") }
            return value
        }
        if type == Date.self {
            let text = try string()
            guard
                let date = (try? Date(text, strategy: .iso8601))
                    ?? (try? Date(text, strategy: JSONStyle.withMilliseconds))
            else {
                throw mismatch(type, "a date such as 2026-01-31T12:00:00Z")
            }
            return try same(date)
        }
        if type == Data.self {
            guard let data = Data(base64Encoded: try string()) else { throw mismatch(type, "base 64") }
            return try same(data)
        }
        if type == URL.self {
            guard let url = URL(string: try string()) else { throw mismatch(type, "a URL") }
            return try same(url)
        }
        if type == Decimal.self {
            let node = tape.nodes[index]
            guard node.kind == .number, let decimal = tape.text(node).flatMap({ Decimal(string: $0) }) else {
                throw mismatch(type, "a number")
            }
            return try same(decimal)
        }
        return try type.init(from: self)
    }

    func mismatch(_ type: any Any.Type, _ expected: String) -> DecodingError {
        .typeMismatch(
            type,
            DecodingError.Context(
                codingPath: codingPath, debugDescription: "expected \(expected), found \(tape.nodes[index].kind)"))
    }
}

extension JSONReader: SingleValueDecodingContainer {
    func decodeNil() -> Bool { isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try bool() }
    func decode(_ type: String.Type) throws -> String { try string() }
    func decode(_ type: Double.Type) throws -> Double { try double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try double()) }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value(type) }
}

/// The way from the outermost value to the one that is read, for messages; made only where values are nested.
final class JSONCodingPath: Sendable {
    private let key: any CodingKey
    private let parent: JSONCodingPath?

    init(key: any CodingKey, parent: JSONCodingPath?) {
        self.key = key
        self.parent = parent
    }

    var keys: [any CodingKey] { (parent?.keys ?? []) + [key] }
}

/// A position in an array, or a name made at run time.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}
