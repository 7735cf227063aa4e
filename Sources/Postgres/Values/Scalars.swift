public import FoundationEssentials

extension PostgresEncodable where Self: FixedWidthInteger {
    /// Decimal digits.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: String(self)) }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// A whole number in this type's range.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self {
        let bytes = try cell.required()
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes
        guard !digits.isEmpty else { throw cell.mismatch("a whole number") }
        var value: Self = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw cell.mismatch("a whole number") }
            let digit = Self(byte - UInt8(ascii: "0"))
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            // Counted downwards when negative, because the lowest value has no positive twin.
            let (sum, overflow) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if tooLarge || overflow { throw cell.mismatch("a whole number of at most \(Self.bitWidth) bits") }
            value = sum
        }
        return value
    }
}

extension Int: PostgresEncodable, PostgresDecodable {}
extension Int16: PostgresEncodable, PostgresDecodable {}
extension Int32: PostgresEncodable, PostgresDecodable {}
extension Int64: PostgresEncodable, PostgresDecodable {}

extension Double: PostgresEncodable, PostgresDecodable {
    /// The shortest text that reads back as the same number; also `NaN`, `inf` and `-inf`, which PostgreSQL reads.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: description) }

    /// Any number.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Double {
        guard let value = Double(String(decoding: try cell.required(), as: UTF8.self)) else {
            throw cell.mismatch("a number")
        }
        return value
    }
}

extension Decimal: PostgresEncodable, PostgresDecodable {
    /// Plain digits.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: description) }

    /// A `numeric` of at most 38 significant digits, which is what `Decimal` keeps; more is refused, not rounded.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Decimal {
        let text = String(decoding: try cell.required(), as: UTF8.self)
        let digits = text.utf8.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard significant.count <= 38, !digits.isEmpty, let value = Decimal(string: text) else {
            throw cell.mismatch("a decimal number of at most 38 digits")
        }
        return value
    }
}

extension String: PostgresEncodable, PostgresDecodable {
    /// As it is. Text with a NUL in it cannot be stored and is refused when sent.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: self) }

    /// The text form of a column of any type.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> String {
        String(decoding: try cell.required(), as: UTF8.self)
    }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `t` or `f`.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: self ? "t" : "f") }

    /// A `boolean`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        let bytes = try cell.required()
        if bytes.elementsEqual([UInt8(ascii: "t")]) { return true }
        if bytes.elementsEqual([UInt8(ascii: "f")]) { return false }
        throw cell.mismatch("true or false")
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    /// With hyphens.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: uuidString) }

    /// A `uuid`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> UUID {
        guard let value = UUID(uuidString: String(decoding: try cell.required(), as: UTF8.self)) else {
            throw cell.mismatch("a UUID")
        }
        return value
    }
}

/// `bytea` in its hex form. Source: PostgreSQL manual, 8.4.1, "bytea Hex Format".
enum HexBytes {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 2 + 2 * bytes.count) { buffer in
            buffer[0] = UInt8(ascii: "\\")
            buffer[1] = UInt8(ascii: "x")
            var position = 2
            for byte in bytes {
                buffer[position] = digits[Int(byte >> 4)]
                buffer[position + 1] = digits[Int(byte & 15)]
                position += 2
            }
            return position
        }
    }

    static func decode(_ cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        let bytes = try cell.required()
        guard bytes.starts(with: "\\x".utf8), bytes.count % 2 == 0 else { throw cell.mismatch("bytes") }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count / 2 - 1)
        for position in stride(from: bytes.startIndex + 2, to: bytes.endIndex, by: 2) {
            guard let high = nibble(bytes[position]), let low = nibble(bytes[position + 1]) else {
                throw cell.mismatch("bytes")
            }
            decoded.append(high << 4 | low)
        }
        return decoded
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

/// On its own a small number; an array of them is a `bytea`.
extension UInt8: PostgresEncodable, PostgresDecodable {
    /// A `bytea`, not an array of numbers.
    public static func postgresParameter(for elements: [UInt8]) -> PostgresParameter {
        PostgresParameter(text: HexBytes.encode(elements))
    }

    /// A `bytea`, not an array of numbers.
    public static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        try HexBytes.decode(cell)
    }
}

extension Data: PostgresEncodable, PostgresDecodable {
    /// A `bytea`.
    public var postgresParameter: PostgresParameter { PostgresParameter(text: HexBytes.encode(self)) }

    /// A `bytea`.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Data {
        Data(try HexBytes.decode(cell))
    }
}
