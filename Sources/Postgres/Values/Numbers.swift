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
