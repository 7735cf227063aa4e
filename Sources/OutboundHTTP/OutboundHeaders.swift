/// Header fields in the order they stand on the wire. Names compare without regard to case (RFC 9110, 5.1).
package struct OutboundHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
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

/// Reads the lines libcurl hands over as headers.
enum HeaderLines {
    /// HTTP field lines; status line and trailing blank line are passed over.
    static func parse(_ lines: [String]) -> OutboundHeaders {
        var headers = OutboundHeaders()
        for line in lines where !line.hasPrefix("HTTP/") {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
            headers.append(name: trimmed(line[..<colon]), value: trimmed(line[line.utf8.index(after: colon)...]))
        }
        return headers
    }

    /// The words of the last SMTP reply, without its code.
    static func lastReplyText(_ lines: [String]) -> String {
        trimmed(String(decoding: lastReplyLine(lines).utf8.dropFirst(4).prefix(512), as: UTF8.self)[...])
    }

    /// The last line of the last SMTP reply; empty when there was none.
    static func lastReplyLine(_ lines: [String]) -> String {
        lines.last { !trimmed($0[...]).isEmpty } ?? ""
    }

    private static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8
        while let first = bytes.first, isSpace(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, isSpace(last) { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
