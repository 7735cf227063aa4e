import Foundation
import JSON

/// The 36 characters of a UUID (RFC 9562, section 4), in lower case. Every job's id goes through here several times,
/// and Foundation's own conversions cost a microsecond each.
enum UUIDText {
    static let length = 36
    /// Where the hyphens stand: after 4, 6, 8 and 10 bytes.
    private static func hasHyphen(before byte: Int) -> Bool { byte == 4 || byte == 6 || byte == 8 || byte == 10 }

    static func append(_ id: UUID, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { buffer in
            write(id, to: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    static func string(_ id: UUID) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            write(id, to: buffer)
            return length
        }
    }

    /// Fills a buffer of ``length`` bytes.
    private static func write(_ id: UUID, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: id.uuid) { source in
            var position = 0
            for index in 0..<16 {
                if hasHyphen(before: index) {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                buffer[position] = digit(source[index] >> 4)
                buffer[position + 1] = digit(source[index] & 15)
                position += 2
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
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
                guard let high = JSONText.hexadecimal(source[position]),
                    let low = JSONText.hexadecimal(source[position + 1])
                else {
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
