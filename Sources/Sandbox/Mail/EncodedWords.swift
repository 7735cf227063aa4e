import FoundationEssentials

/// Decodes `=?utf-8?B?…?=` and `=?utf-8?Q?…?=` in header fields (RFC 2047). Words in other character sets than UTF-8 and ASCII stay as they are.
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
        guard pieces.count == 3, ["utf-8", "us-ascii"].contains(pieces[0].lowercased()) else { return nil }
        switch pieces[1].lowercased() {
        case "b": return Data(base64Encoded: String(pieces[2])).flatMap { String(validating: $0, as: UTF8.self) }
        case "q":
            let spaced = Array(pieces[2].utf8).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }
            return String(validating: QuotedPrintable.decode(spaced[...]), as: UTF8.self)
        default: return nil
        }
    }
}
