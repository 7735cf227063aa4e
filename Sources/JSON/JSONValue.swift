/// Any JSON document as a value.
///
/// Numbers keep the difference that matters to the shop: a whole number that fits 64 bits, or anything else as it was
/// written. Nothing is rounded through a floating-point value.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A whole number within ±2⁶³, however it was written: `1`, `1.0` and `10e-1` are one number.
    case integer(Int64)
    /// Any other number, as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Reads a document by the letter of RFC 8259, and stricter where leniency is a way in: members named twice
    /// (readers disagree which one counts), lone surrogates, trailing data and byte order marks are refused.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .request) throws(JSONSyntaxError) {
        guard bytes.count <= limits.bytes else { throw JSONSyntaxError(reason: .tooLong, offset: 0) }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONSyntaxError(reason: .invalidUTF8, offset: 0)
        }
        self = try JSONTape(bytes[...], limits: limits).document(at: 0, refusesDuplicates: true)
    }

    /// As above.
    package init(parsing text: String, limits: JSONLimits = .request) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// The document, or the text as a string where it is none, such as the payload of a malformed job.
    package init(documentOrText text: String) {
        self = (try? JSONValue(parsing: text, limits: .trusted)) ?? .string(text)
    }

    /// An object of these members, in this order; each name once.
    package static func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(members)) }

    /// A string, or null when there is none.
    package static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }

    /// A member of an object; nil for anything else.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// Whether a text in it holds U+0000, which PostgreSQL stores in no text and no `jsonb`.
    package var holdsNUL: Bool {
        switch self {
        case .null, .bool, .integer, .number: false
        case .string(let text): text.utf8.contains(0)
        case .array(let elements): elements.contains(where: \.holdsNUL)
        case .object(let members): members.contains { $0.name.utf8.contains(0) || $0.value.holdsNUL }
        }
    }

    /// The word for this kind of value in messages to people.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The document without white space, members in the order in which they stand.
    package var text: String {
        var bytes: [UInt8] = []
        JSONStyle.compact.append(self, to: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
}

/// The members of an object in the order in which they were written. Two objects are equal when their members are, in
/// any order.
package struct JSONObject: Sendable, RandomAccessCollection {
    package typealias Member = (name: String, value: JSONValue)
    private var members: [Member] = []

    package init() {}

    /// The members; each name once.
    package init(_ members: [(String, JSONValue)]) {
        self.members = members.map { (name: $0.0, value: $0.1) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(index: Int) -> Member { members[index] }

    package var names: [String] { members.map(\.name) }
    package var values: [JSONValue] { members.map(\.value) }

    /// The value of the member of this name. Setting replaces it, adds it at the end, or with nil removes it.
    package subscript(_ name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// Adds a member whose name is known to be new.
    mutating func append(_ name: String, _ value: JSONValue) { members.append((name, value)) }
}

extension JSONObject: Equatable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        if left.elementsEqual(right, by: { $0.name == $1.name }) { return left.values == right.values }
        let others = Dictionary(right.map { ($0.name, $0.value) }) { first, _ in first }
        return left.allSatisfy { others[$0.name] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}

extension JSONTape {
    /// The value at a node, with all within it.
    /// - Parameter refusesDuplicates: whether a member named twice is an error; else the last of its name counts.
    func document(at index: Int, refusesDuplicates: Bool) throws(JSONSyntaxError) -> JSONValue {
        let node = nodes[index]
        switch node.kind {
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number:
            let text = try wellFormed(node)
            return JSONText.wholeNumber(text).map(JSONValue.integer) ?? .number(text)
        case .string, .escapedString: return .string(try wellFormed(node))
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(Int(node.count))
            var element = index + 1
            for _ in 0..<node.count {
                elements.append(try document(at: element, refusesDuplicates: refusesDuplicates))
                element = Int(nodes[element].next)
            }
            return .array(elements)
        case .object:
            var object = JSONObject()
            var names: Set<String> = []
            var member = index + 1
            for _ in 0..<node.count {
                let name = try wellFormed(nodes[member])
                let value = try document(at: member + 1, refusesDuplicates: refusesDuplicates)
                if names.insert(name).inserted {
                    object.append(name, value)
                } else if refusesDuplicates {
                    throw JSONSyntaxError(reason: .duplicateKey, offset: Int(nodes[member].start) - 1)
                } else {
                    object[name] = value
                }
                member = Int(nodes[member + 1].next)
            }
            return .object(object)
        }
    }

    private func wellFormed(_ node: Node) throws(JSONSyntaxError) -> String {
        guard let text = text(node) else { throw JSONSyntaxError(reason: .invalidUTF8, offset: Int(node.start)) }
        return text
    }
}

extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        // Our own reader has the number's digits; others only have what they made of them.
        if let reader = decoder as? JSONReader {
            self = try reader.tape.document(at: reader.index, refusesDuplicates: false)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(JSONText.number(number) ?? "null")
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(
                JSONObject(
                    try value.decode([String: JSONValue].self).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        if let writer = encoder as? JSONWriter { return writer.write(self) }
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let text): try container.encode(Double(text) ?? 0)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members):
            try container.encode(Dictionary(members.map { ($0.name, $0.value) }) { _, last in last })
        }
    }
}
