/// Reads a JSON text once, from left to right, and notes where its values lie.
struct JSONScanner {
    private(set) var nodes: [JSONTape.Node] = []
    private var position = 0

    /// Deeper nesting is refused: each level is one call on the stack.
    private static let deepest = 128

    init(count: Int) {
        nodes.reserveCapacity(8 + count / 16)
    }

    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONTapeError) {
        try value(bytes, depth: 0)
        skipSpace(bytes)
        if position < bytes.count { throw error("unexpected text after the value") }
    }

    private func error(_ reason: String) -> JSONTapeError { JSONTapeError(reason: reason, offset: position) }

    private mutating func skipSpace(_ bytes: UnsafeBufferPointer<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func peek(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func value(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONTapeError) {
        guard depth < Self.deepest else { throw error("values are nested more than \(Self.deepest) deep") }
        skipSpace(bytes)
        switch peek(bytes) {
        case UInt8(ascii: "{"): try object(bytes, depth: depth)
        case UInt8(ascii: "["): try array(bytes, depth: depth)
        case UInt8(ascii: "\""): try string(bytes)
        case UInt8(ascii: "t"): try word("true", .true, bytes)
        case UInt8(ascii: "f"): try word("false", .false, bytes)
        case UInt8(ascii: "n"): try word("null", .null, bytes)
        case nil: throw error("the text ends where a value should be")
        default: try number(bytes)
        }
    }

    private mutating func append(_ kind: JSONTape.Kind, from start: Int, to end: Int) {
        nodes.append(JSONTape.Node(kind: kind, start: Int32(start), end: Int32(end), next: Int32(nodes.count + 1)))
    }

    private mutating func close(_ index: Int, count: Int32) {
        nodes[index].end = Int32(position)
        nodes[index].next = Int32(nodes.count)
        nodes[index].count = count
    }

    private mutating func object(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONTapeError) {
        let index = nodes.count
        append(.object, from: position, to: position)
        position += 1
        var count: Int32 = 0
        skipSpace(bytes)
        if peek(bytes) == UInt8(ascii: "}") {
            position += 1
            return close(index, count: 0)
        }
        while true {
            skipSpace(bytes)
            guard peek(bytes) == UInt8(ascii: "\"") else { throw error("expected a member's name") }
            try string(bytes)
            skipSpace(bytes)
            guard peek(bytes) == UInt8(ascii: ":") else { throw error("expected ':'") }
            position += 1
            try value(bytes, depth: depth + 1)
            count += 1
            if try isLast(UInt8(ascii: "}"), bytes) { return close(index, count: count) }
        }
    }

    private mutating func array(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONTapeError) {
        let index = nodes.count
        append(.array, from: position, to: position)
        position += 1
        var count: Int32 = 0
        skipSpace(bytes)
        if peek(bytes) == UInt8(ascii: "]") {
            position += 1
            return close(index, count: 0)
        }
        while true {
            try value(bytes, depth: depth + 1)
            count += 1
            if try isLast(UInt8(ascii: "]"), bytes) { return close(index, count: count) }
        }
    }

    /// Whether the container ends here; a comma goes on.
    private mutating func isLast(_ end: UInt8, _ bytes: UnsafeBufferPointer<UInt8>) throws(JSONTapeError) -> Bool {
        skipSpace(bytes)
        let next = peek(bytes)
        guard next == end || next == UInt8(ascii: ",") else {
            throw error("expected ',' or '\(Character(UnicodeScalar(end)))'")
        }
        position += 1
        return next == end
    }

    private mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONTapeError) {
        position += 1
        let start = position
        var isEscaped = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                append(isEscaped ? .escapedString : .string, from: start, to: position)
                position += 1
                return
            case UInt8(ascii: "\\"):
                isEscaped = true
                try escape(bytes)
            case 0..<0x20:
                throw error("a control character inside a string")
            default:
                position += 1
            }
        }
        throw error("a string without an end")
    }

    private mutating func escape(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONTapeError) {
        guard position + 1 < bytes.count else { throw error("a string without an end") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard position + 5 < bytes.count,
                (2...5).allSatisfy({ JSONEscapes.hexadecimal(bytes[position + $0]) != nil })
            else {
                throw error("\\u without four hexadecimal digits")
            }
            position += 6
        default:
            throw error("an unknown escape")
        }
    }

    private mutating func word(_ word: StaticString, _ kind: JSONTape.Kind, _ bytes: UnsafeBufferPointer<UInt8>)
        throws(JSONTapeError)
    {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            (0..<word.utf8CodeUnitCount).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
        else {
            throw error("expected a value")
        }
        append(kind, from: position, to: end)
        position = end
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONTapeError) {
        let start = position
        if peek(bytes) == UInt8(ascii: "-") { position += 1 }
        if peek(bytes) == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits(bytes, reason: "expected a value")
        }
        if peek(bytes) == UInt8(ascii: ".") {
            position += 1
            try digits(bytes, reason: "expected a digit")
        }
        if let letter = peek(bytes), letter | 0x20 == UInt8(ascii: "e") {
            position += 1
            if let sign = peek(bytes), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try digits(bytes, reason: "expected a digit")
        }
        append(.number, from: start, to: position)
    }

    private mutating func digits(_ bytes: UnsafeBufferPointer<UInt8>, reason: String) throws(JSONTapeError) {
        let start = position
        while let digit = peek(bytes), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { position += 1 }
        if position == start { throw error(reason) }
    }
}
