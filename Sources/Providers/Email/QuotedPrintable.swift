/// The quoted-printable encoding of RFC 2045, 6.7: text stays readable, lines stay short, every byte survives.
enum QuotedPrintable {
    /// Longest line, without its CR LF.
    private static let maximumLine = 76

    /// Encodes text; any line break becomes CR LF.
    static func encode(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(encodeLine)
            .joined(
                separator: "\r\n")
    }

    private static func encodeLine(_ line: Substring) -> String {
        var result = ""
        var length = 0
        let bytes = Array(line.utf8)
        for (index, byte) in bytes.enumerated() {
            let piece = encodeByte(byte, isLast: index == bytes.count - 1)
            // One column stays free for the soft break's own equals sign.
            if length + piece.count > maximumLine - 1 {
                result += "=\r\n"
                length = 0
            }
            result += piece
            length += piece.count
        }
        return result
    }

    private static func encodeByte(_ byte: UInt8, isLast: Bool) -> String {
        switch byte {
        case UInt8(ascii: "="): return "=3D"
        // White space at the end of a line can be lost on the way.
        case 0x20 where isLast, 0x09 where isLast: break
        case 0x20...0x7E, 0x09: return String(Unicode.Scalar(byte))
        default: break
        }
        let digits = String(byte, radix: 16, uppercase: true)
        return "=" + (digits.count == 1 ? "0" : "") + digits
    }
}
