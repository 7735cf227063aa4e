import Crypto
import FoundationEssentials

/// Tokens that are worth as much as a password: 256 random bits, of which the database only ever sees the SHA-256.
enum RandomToken {
    /// 43 characters of base 64 for URLs.
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// What is stored. No salt and no work factor: 256 bits are not guessed.
    static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Whether a text can be such a token; others are not worth a query.
    static func isPlausible(_ token: String) -> Bool { Base64URL.decode(token)?.count == 32 }
}

/// Base64 for URLs without padding (RFC 4648 §5), in its one canonical form.
///
/// Lenient decoders take several texts for the same bytes; a token would then have twins that differ in a flipped bit.
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = Data(bytes).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// nil for padding, foreign characters and unused bits in the last character.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        var standard = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        standard += String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: standard), encode(data) == text else { return nil }
        return Array(data)
    }
}
