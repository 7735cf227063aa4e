import FoundationEssentials

/// Decodes `=?utf-8?B?…?=` and `=?utf-8?Q?…?=` in header fields (RFC 2047), also in other character sets. Words in
/// those that nobody knows stay as they are.
enum EncodedWords {
    static func decode(_ field: String) -> String {
        var output: [String] = []
        var lastWasEncoded = false
        for word in field.split(separator: " ", omittingEmptySubsequences: false) {
            guard let decoded = decode(word: word) else {
                output.append((output.isEmpty ? "" : " ") + word)
                lastWasEncoded = false
                continue
            }
            // The space between two encoded words belongs to the encoding, not to the text.
            output.append((output.isEmpty || lastWasEncoded ? "" : " ") + decoded)
            lastWasEncoded = true
        }
        return output.joined()
    }

    private static func decode(word: Substring) -> String? {
        guard word.hasPrefix("=?"), word.hasSuffix("?=") else { return nil }
        let pieces = word.dropFirst(2).dropLast(2).split(separator: "?", omittingEmptySubsequences: false)
        guard pieces.count == 3, EmailCharset.isKnown(Self.charset(pieces[0])) else { return nil }
        switch pieces[1].lowercased() {
        case "b":
            return Data(base64Encoded: String(pieces[2])).flatMap { Self.text([UInt8]($0), Self.charset(pieces[0])) }
        case "q":
            let spaced = Array(pieces[2].utf8).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }
            return Self.text(QuotedPrintable.decode(spaced[...]), Self.charset(pieces[0]))
        default: return nil
        }
    }

    /// Words that say they are UTF-8 and are not stay as they are.
    private static func text(_ bytes: [UInt8], _ charset: String) -> String? {
        ["utf-8", "utf8", "us-ascii", "ascii"].contains(charset)
            ? String(validating: bytes, as: UTF8.self) : EmailCharset.text(bytes, in: charset)
    }

    /// The character set of a word, without the language that may stand behind it (RFC 2231 section 5).
    private static func charset(_ piece: Substring) -> String { piece.prefix { $0 != "*" }.lowercased() }
}
