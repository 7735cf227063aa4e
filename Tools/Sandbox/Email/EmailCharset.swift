import Foundation

/// The character sets that mail is written in, as far as anybody still writes in them (RFC 2978).
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
