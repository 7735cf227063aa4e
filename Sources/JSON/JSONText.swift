/// Strings and numbers as JSON writes them (RFC 8259, sections 6 and 7).
package enum JSONText {
    /// Appends the text in quotation marks. Every control character is escaped, also the one that the RFC would let
    /// through (U+007F), so that a line of a log holds none.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { source in
            // Most texts need no escape and go over in one piece.
            guard
                source.contains(where: {
                    $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 == 0x7F
                })
            else {
                bytes.append(contentsOf: source)
                return
            }
            for byte in source { append(byte, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
        case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
        case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
        case 0..<0x20, 0x7F:
            bytes.append(contentsOf: #"\u00"#.utf8)
            bytes.append(digit(byte >> 4))
            bytes.append(digit(byte & 15))
        default: bytes.append(byte)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// A number as JSON writes it, whole ones without a fraction; nil for what is not finite.
    package static func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String? {
        guard value.isFinite else { return nil }
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// The literal of a number or truth value; nil for anything else, and for numbers that JSON has no form for.
    package static func literal(_ value: any CustomStringConvertible) -> String? {
        switch value {
        case let value as Bool: value ? "true" : "false"
        case let value as any BinaryInteger: value.description
        case let value as Double: number(value)
        case let value as Float: number(value)
        default: nil
        }
    }

    /// The text of a string's bytes, whose escapes are known to be well formed. Nil for a lone surrogate and for bytes
    /// that are not UTF-8.
    static func resolve(_ source: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var index = source.startIndex
        while index < source.endIndex {
            guard source[index] == UInt8(ascii: "\\") else {
                result.append(source[index])
                index += 1
                continue
            }
            index += 2
            switch source[index - 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var unit = codeUnit(source, at: index)
                index += 4
                if (0xD800..<0xDC00).contains(unit), index + 5 < source.endIndex, source[index] == UInt8(ascii: "\\"),
                    source[index + 1] == UInt8(ascii: "u")
                {
                    let low = codeUnit(source, at: index + 2)
                    if (0xDC00..<0xE000).contains(low) {
                        unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                        index += 6
                    }
                }
                guard let scalar = Unicode.Scalar(unit) else { return nil }
                result.append(contentsOf: Character(scalar).utf8)
            case let other: result.append(other)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func codeUnit(_ source: ArraySlice<UInt8>, at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | UInt32(hexadecimal(source[index + $1]) ?? 0) }
    }

    /// The value of a hexadecimal digit; nil for anything else.
    package static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What a number with a fraction or an exponent comes to when it is whole: `1.0`, `1e3` and `250e-1` are numbers
    /// like `1`, and JSON does not tell them apart. Counted in decimal digits, so that nothing is rounded on the way;
    /// nil when it is not whole or beyond 64 bits.
    static func wholeNumber(_ text: String) -> Int64? {
        if let plain = Int64(text) { return plain }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
        guard let mantissa = parts.first else { return nil }
        let halves = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1)
        let fraction = halves.count == 2 ? halves[1].count : 0
        var digits = Array(halves.joined())
        // Ahead of the exponent, which may be anything where there is nothing to shift.
        if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) { return 0 }
        guard var shift = parts.count == 2 ? Int32(String(decoding: parts[1], as: UTF8.self)).map({ Int($0) }) : 0
        else { return nil }
        shift -= fraction
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            shift += 1
        }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard shift >= 0, significant.count + shift <= 19 else { return nil }
        return Int64(
            (isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self)
                + String(repeating: "0", count: shift))
    }
}
