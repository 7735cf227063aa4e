/// Keeps personal data and secrets out of logs.
public enum Masking {
    private static let secretWords = ["token", "password", "secret", "authorization"]

    /// Whether a metadata key names something whose value must not be logged: one that holds `token`, `password`,
    /// `secret` or `authorization`, in any case.
    public static func isSecret(key: String) -> Bool {
        let key = key.lowercased()
        return secretWords.contains { key.contains($0) }
    }

    /// The text with every email address masked: `ada.lovelace@mail.example.com` becomes `a***@m***.com`.
    ///
    /// What counts as an address is wider than RFC 5322, so that what a log handler cannot parse is masked rather than
    /// shown.
    public static func maskingEmailAddresses(in text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
        let bytes = Array(text.utf8)
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        var copied = 0
        for at in bytes.indices where bytes[at] == UInt8(ascii: "@") && at >= copied {
            var start = at
            while start > copied, isLocal(bytes[start - 1]) { start -= 1 }
            var end = at + 1
            while end < bytes.count, isDomain(bytes[end]) { end += 1 }
            // A full stop that ends the sentence is not the domain's.
            while end > at + 1, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            guard start < at, end > at + 1 else { continue }
            masked += bytes[copied..<start]
            masked += firstCharacter(of: bytes[start..<at])
            masked += "***@".utf8
            masked += firstCharacter(of: bytes[(at + 1)..<end])
            masked += "***".utf8
            if let dot = bytes[(at + 1)..<end].lastIndex(of: UInt8(ascii: ".")) { masked += bytes[dot..<end] }
            copied = end
        }
        masked += bytes[copied...]
        return String(decoding: masked, as: UTF8.self)
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isDomain(byte) || "_%+!#$&'*/=?^`{|}~".utf8.contains(byte)
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "-"), 0x80...: true
        default: false
        }
    }

    /// The bytes of the first character, whole also when it takes several.
    private static func firstCharacter(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let next = bytes.dropFirst().firstIndex { $0 & 0b1100_0000 != 0b1000_0000 } ?? bytes.endIndex
        return bytes[..<next]
    }
}
