/// Reads a JSON text (RFC 8259) once, from left to right, and notes where its values lie.
///
/// Lone surrogates are refused too. Whether the bytes of a string are UTF-8 is found by the code that reads the string.
struct JSONScanner {
    private(set) var nodes: [JSONTape.Node] = []
    private let limits: JSONLimits
    private var position = 0
    private var values = 0

    init(count: Int, limits: JSONLimits) {
        self.limits = limits
        nodes.reserveCapacity(8 + count / 16)
    }

    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
        guard bytes.count <= min(limits.bytes, Int(Int32.max)) else { throw error(.tooLong) }
        skipSpace(bytes)
        guard position < bytes.count else { throw error(.empty) }
        try value(bytes, depth: 0)
        skipSpace(bytes)
        if position < bytes.count { throw error(.trailingData) }
    }

    private func error(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: position)
    }

    private mutating func skipSpace(_ bytes: UnsafeBufferPointer<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func peek(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> UInt8 {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[position]
    }

    private func isNext(_ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        position < bytes.count && bytes[position] == byte
    }

    private mutating func value(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONSyntaxError) {
        values += 1
        guard values <= limits.values else { throw error(.tooManyValues) }
        skipSpace(bytes)
        switch try peek(bytes) {
        case UInt8(ascii: "{"): try object(bytes, depth: depth + 1)
        case UInt8(ascii: "["): try array(bytes, depth: depth + 1)
        case UInt8(ascii: "\""): try string(bytes)
        case UInt8(ascii: "t"): try word("true", .true, bytes)
        case UInt8(ascii: "f"): try word("false", .false, bytes)
        case UInt8(ascii: "n"): try word("null", .null, bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(bytes)
        default: throw error(.unexpectedCharacter)
        }
    }

    private mutating func append(_ kind: JSONTape.Kind, from start: Int, to end: Int) {
        nodes.append(JSONTape.Node(kind: kind, start: Int32(start), end: Int32(end), next: Int32(nodes.count + 1)))
    }

    private mutating func close(_ index: Int, count: Int) {
        nodes[index].end = Int32(position)
        nodes[index].next = Int32(nodes.count)
        nodes[index].count = Int32(count)
    }

    private mutating func object(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONSyntaxError) {
        guard depth <= limits.depth else { throw error(.tooDeep) }
        let index = nodes.count
        append(.object, from: position, to: position)
        position += 1
        var count = 0
        skipSpace(bytes)
        if try peek(bytes) == UInt8(ascii: "}") {
            position += 1
            return close(index, count: 0)
        }
        while true {
            skipSpace(bytes)
            guard try peek(bytes) == UInt8(ascii: "\"") else { throw error(.unexpectedCharacter) }
            let start = position
            try string(bytes)
            guard position - start - 2 <= limits.nameBytes else {
                throw JSONSyntaxError(reason: .nameTooLong, offset: start)
            }
            guard count < limits.members else { throw JSONSyntaxError(reason: .tooManyMembers, offset: start) }
            skipSpace(bytes)
            guard try peek(bytes) == UInt8(ascii: ":") else { throw error(.unexpectedCharacter) }
            position += 1
            try value(bytes, depth: depth)
            count += 1
            if try isLast(UInt8(ascii: "}"), bytes) { return close(index, count: count) }
        }
    }

    private mutating func array(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONSyntaxError) {
        guard depth <= limits.depth else { throw error(.tooDeep) }
        let index = nodes.count
        append(.array, from: position, to: position)
        position += 1
        var count = 0
        skipSpace(bytes)
        if try peek(bytes) == UInt8(ascii: "]") {
            position += 1
            return close(index, count: 0)
        }
        while true {
            try value(bytes, depth: depth)
            count += 1
            if try isLast(UInt8(ascii: "]"), bytes) { return close(index, count: count) }
        }
    }

    /// Steps over a comma, or over the closing bracket: then true.
    private mutating func isLast(_ end: UInt8, _ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> Bool {
        skipSpace(bytes)
        let next = try peek(bytes)
        guard next == end || next == UInt8(ascii: ",") else { throw error(.unexpectedCharacter) }
        position += 1
        return next == end
    }

    private mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
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
                throw error(.controlCharacter)
            default:
                position += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    private mutating func escape(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
        position += 1
        switch try peek(bytes) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            let unit = try codeUnit(bytes)
            guard (0xD800..<0xE000).contains(unit) else { return }
            // Half of a character must be followed by the other half.
            guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw error(.invalidEscape) }
            position += 1
            guard (0xDC00..<0xE000).contains(try codeUnit(bytes)) else { throw error(.invalidEscape) }
        default:
            throw error(.invalidEscape)
        }
    }

    /// The four hexadecimal digits after the `u` that the scanner stands on.
    private mutating func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 < bytes.count else { throw error(.unexpectedEnd) }
        var unit: UInt32 = 0
        for offset in 1...4 {
            guard let digit = JSONText.hexadecimal(bytes[position + offset]) else { throw error(.invalidEscape) }
            unit = unit << 4 | UInt32(digit)
        }
        position += 5
        return unit
    }

    private mutating func word(
        _ word: StaticString, _ kind: JSONTape.Kind, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(JSONSyntaxError) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard try peek(bytes) == word.utf8Start[index] else { throw error(.unexpectedCharacter) }
            position += 1
        }
        append(kind, from: start, to: position)
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
        let start = position
        if isNext(UInt8(ascii: "-"), bytes) { position += 1 }
        if isNext(UInt8(ascii: "0"), bytes) { position += 1 } else { try digits(bytes) }
        if isNext(UInt8(ascii: "."), bytes) {
            position += 1
            try digits(bytes)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if isNext(UInt8(ascii: "+"), bytes) || isNext(UInt8(ascii: "-"), bytes) { position += 1 }
            let exponent = position
            try digits(bytes)
            guard position - exponent <= limits.exponentDigits else { throw error(.numberTooLong) }
        }
        if position < bytes.count, Self.isDigit(bytes[position]) { throw error(.invalidNumber) }
        guard position - start <= limits.numberBytes else { throw error(.numberTooLong) }
        append(.number, from: start, to: position)
    }

    private mutating func digits(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
        let start = position
        while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
        if position == start { throw error(.invalidNumber) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
