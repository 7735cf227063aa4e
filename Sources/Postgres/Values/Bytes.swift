public import FoundationEssentials

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
