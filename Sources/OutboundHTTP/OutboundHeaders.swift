/// Header fields in the order they stand on the wire. Names compare without regard to case (RFC 9110, 5.1).
package struct OutboundHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One field.
    package struct Field: Sendable, Hashable {
        /// The name, as written.
        package let name: String
        /// The value, without surrounding white space.
        package let value: String
    }

    /// All fields, repeated ones included.
    package private(set) var fields: [Field]

    /// No fields.
    package init() {
        fields = []
    }

    /// Takes the pairs in the order given.
    package init(dictionaryLiteral pairs: (String, String)...) {
        fields = pairs.map { Field(name: $0, value: $1) }
    }

    /// The first value under a name.
    package subscript(_ name: String) -> String? {
        fields.first { Self.matches($0.name, name) }?.value
    }

    /// Adds a field behind the others, leaving fields of the same name in place.
    package mutating func append(name: String, value: String) {
        fields.append(Field(name: name, value: value))
    }

    private static func matches(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && zip(one.utf8, other.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension OutboundHeaders.Field {
    /// Whether the field may go out: the name a token, the value without line breaks or NUL, so that no value can forge
    /// another field.
    var isWellFormed: Bool {
        !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
            && value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
