/// Reads JSON by the letter of RFC 8259, and stricter where leniency is a way in.
///
/// Refused besides malformed text: members named twice (readers disagree which one counts), lone surrogates, trailing
/// data, byte order marks, and nesting deeper than ``maximumDepth`` (the parser recurses, so depth is stack). Refused
/// early is what costs more than it can be worth: objects of more than ``maximumMembers``, more than ``maximumValues``
/// in all, names longer than ``maximumNameBytes`` (comparing names of Unicode is no longer linear in theirs).
struct JSONParser {
    /// Arrays and objects may be nested this deep.
    static let maximumDepth = 32
    static let maximumMembers = 1_000
    static let maximumValues = 100_000
    static let maximumNameBytes = 1_024
    /// PostgreSQL's `jsonb` takes no number of any size, and nobody means one that is longer.
    static let maximumNumberBytes = 400
    static let maximumExponentDigits = 3

    private let bytes: [UInt8]
    private var position = 0
    private var values = 0

    /// The document in `bytes`.
    static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONSyntaxError(reason: .invalidUTF8, offset: 0)
        }
        var parser = JSONParser(bytes: bytes)
        parser.skipSpace()
        guard parser.position < bytes.count else { throw JSONSyntaxError(reason: .empty, offset: parser.position) }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.failure(.trailingData) }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func failure(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: position)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONSyntaxError) -> UInt8 {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        return bytes[position]
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        values += 1
        guard values <= Self.maximumValues else { throw failure(.tooManyValues) }
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.unexpectedCharacter)
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard try peek() == word.utf8Start[index] else { throw failure(.unexpectedCharacter) }
            position += 1
        }
        return value
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw failure(.unexpectedCharacter) }
            let start = position
            let name = try string()
            guard name.utf8.count <= Self.maximumNameBytes else {
                throw JSONSyntaxError(reason: .nameTooLong, offset: start)
            }
            guard members.count < Self.maximumMembers else {
                throw JSONSyntaxError(reason: .tooManyMembers, offset: start)
            }
            guard members[name] == nil else { throw JSONSyntaxError(reason: .duplicateKey, offset: start) }
            skipSpace()
            guard try peek() == UInt8(ascii: ":") else { throw failure(.unexpectedCharacter) }
            position += 1
            skipSpace()
            members[name] = try value(depth: depth)
            if try endOfElements(closing: UInt8(ascii: "}")) { return .object(members) }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth))
            if try endOfElements(closing: UInt8(ascii: "]")) { return .array(elements) }
        }
    }

    /// Steps over a comma, or over the closing bracket: then true.
    private mutating func endOfElements(closing: UInt8) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        let byte = try peek()
        guard byte == closing || byte == UInt8(ascii: ",") else { throw failure(.unexpectedCharacter) }
        position += 1
        return byte == closing
    }

    private mutating func digits() throws(JSONSyntaxError) {
        guard position < bytes.count, Self.isDigit(bytes[position]) else { throw failure(.invalidNumber) }
        while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        var isWhole = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
                position += 1
            }
            let exponent = position
            try digits()
            guard position - exponent <= Self.maximumExponentDigits else { throw failure(.numberTooLong) }
        }
        if position < bytes.count, Self.isDigit(bytes[position]) { throw failure(.invalidNumber) }
        guard position - start <= Self.maximumNumberBytes else { throw failure(.numberTooLong) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let integer = isWhole ? Int64(text) : WholeNumber.value(of: text) { return .integer(integer) }
        return .number(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var text: [UInt8] = []
        // Bytes that stand for themselves are taken in one piece.
        var start = position
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                let rest = bytes[start..<position]
                position += 1
                guard !text.isEmpty else { return String(decoding: rest, as: UTF8.self) }
                text.append(contentsOf: rest)
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: bytes[start..<position])
                position += 1
                try escape(into: &text)
                start = position
            case 0..<0x20:
                throw failure(.controlCharacter)
            default:
                position += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default: throw failure(.invalidEscape)
        }
    }

    /// The scalar after `\u`, with its second half when it is written as a surrogate pair.
    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Character {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard (0xD800..<0xDC00).contains(first), position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw failure(.invalidEscape) }
        position += 2
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second) else { throw failure(.invalidEscape) }
        let combined = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        guard let scalar = Unicode.Scalar(combined) else { throw failure(.invalidEscape) }
        return Character(scalar)
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure(.unexpectedEnd) }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure(.invalidEscape)
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
