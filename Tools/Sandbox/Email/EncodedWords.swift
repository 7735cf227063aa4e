import Foundation
import FoundationEssentials

/// Decodes `=?utf-8?B?…?=` and `=?utf-8?Q?…?=` in header fields (RFC 2047), also in other character sets. Words in
/// unknown ones stay as they are.
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

/// The character sets that emails are still written in (RFC 2978).
enum EmailCharset {
    /// Text from bytes in a character set. An unknown one is read as UTF-8, and what is no UTF-8 as Latin-1, in which
    /// every byte is a letter.
    static func text(_ bytes: some Collection<UInt8>, in charset: String?) -> String {
        switch charset?.lowercased() {
        case "iso-8859-1", "latin1", "iso_8859-1", "l1": latin1(bytes)
        case "iso-8859-15", "latin-9", "latin9": latin1(bytes, euro: true)
        case "windows-1252", "cp1252": converted(bytes, .windowsCP1252) ?? latin1(bytes)
        case "iso-8859-2", "latin2": converted(bytes, .isoLatin2) ?? latin1(bytes)
        case "utf-16", "utf-16be": converted(bytes, .utf16BigEndian) ?? latin1(bytes)
        case "utf-16le": converted(bytes, .utf16LittleEndian) ?? latin1(bytes)
        default: String(validating: bytes, as: UTF8.self) ?? latin1(bytes)
        }
    }

    /// Whether a character set is one of those above.
    static func isKnown(_ charset: some StringProtocol) -> Bool {
        [
            "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso_8859-1", "l1", "iso-8859-15", "latin-9",
            "latin9",
            "windows-1252", "cp1252", "iso-8859-2", "latin2", "utf-16", "utf-16be", "utf-16le",
        ].contains(charset.lowercased())
    }

    private static func converted(_ bytes: some Collection<UInt8>, _ encoding: String.Encoding) -> String? {
        String(bytes: bytes, encoding: encoding)
    }

    private static func latin1(_ bytes: some Collection<UInt8>, euro: Bool = false) -> String {
        // Latin-9 is Latin-1 but for eight signs.
        let others: [UInt8: Unicode.Scalar] = [
            0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
        ]
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(euro ? others[byte] ?? Unicode.Scalar(byte) : Unicode.Scalar(byte)) }
        return String(text)
    }
}

extension StringProtocol {
    /// Without spaces and tabs at either end.
    var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        let trailing = start.reversed().prefix { $0 == " " || $0 == "\t" }.count
        return String(start.dropLast(trailing))
    }
}
