import Foundation

/// The 36 characters of a UUID (RFC 9562, section 4), in lower case. Every job's id goes through here several times, and Foundation's own
/// conversions cost a microsecond each.
enum UUIDText {
    static let length = 36
    private static let digits = Array("0123456789abcdef".utf8)
    /// Where the hyphens stand: after 4, 6, 8 and 10 bytes.
    private static func hasHyphen(before byte: Int) -> Bool { byte == 4 || byte == 6 || byte == 8 || byte == 10 }

    static func append(_ id: UUID, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: id.uuid) { source in
            for (index, byte) in source.enumerated() {
                if hasHyphen(before: index) { bytes.append(UInt8(ascii: "-")) }
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
    }

    static func string(_ id: UUID) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            withUnsafeBytes(of: id.uuid) { source in
                var position = 0
                for (index, byte) in source.enumerated() {
                    if hasHyphen(before: index) {
                        buffer[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    buffer[position] = digits[Int(byte >> 4)]
                    buffer[position + 1] = digits[Int(byte & 15)]
                    position += 2
                }
                return position
            }
        }
    }

    /// Nil when the bytes are not a UUID's text, in either case.
    static func parse(_ source: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard source.count == length else { return nil }
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        var position = 0
        let isWellFormed = withUnsafeMutableBytes(of: &uuid) { target in
            for index in 0..<16 {
                if hasHyphen(before: index) {
                    guard source[position] == UInt8(ascii: "-") else { return false }
                    position += 1
                }
                guard let high = JSONEscapes.hexadecimal(source[position]), let low = JSONEscapes.hexadecimal(source[position + 1]) else {
                    return false
                }
                target[index] = high << 4 | low
                position += 2
            }
            return true
        }
        return isWellFormed ? UUID(uuid: uuid) : nil
    }
}
