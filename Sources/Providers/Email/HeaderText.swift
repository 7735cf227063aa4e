internal import FoundationEssentials

/// Text in mail header fields: plain where it may be, encoded words of RFC 2047 where it must.
enum HeaderText {
    /// Longest encoded word. RFC 2047, 2, allows 75 on a line of at most 76; this leaves room for the field's name on
    /// the first one.
    private static let maximumWord = 66
    private static let prefix = "=?UTF-8?B?"
    private static let suffix = "?="

    /// Whether a text may stand in a header at all: no line breaks or other control characters, Unicode's own line
    /// separators included.
    static func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x2028 && $0.value != 0x2029
        }
    }

    /// An unstructured text such as a subject.
    static func unstructured(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        return isPlain && text.first != " " && text.last != " " ? text : encodedWords(text)
    }

    /// A name in front of an address.
    static func phrase(_ text: String) -> String {
        guard text.utf8.count <= 60, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") else {
            return encodedWords(text)
        }
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }

    /// Words, each decodable by itself because characters are not cut (RFC 2047, 5), on lines of their own.
    private static func encodedWords(_ text: String) -> String {
        let room = (maximumWord - prefix.count - suffix.count) / 4 * 3
        var words: [String] = []
        var chunk: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunk.count + bytes.count > room {
                words.append(word(chunk))
                chunk.removeAll()
            }
            chunk += bytes
        }
        if !chunk.isEmpty { words.append(word(chunk)) }
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String {
        prefix + Data(bytes).base64EncodedString() + suffix
    }
}
