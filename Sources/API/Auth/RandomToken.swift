import Crypto

/// Tokens that are worth as much as a password: 256 random bits, of which the database only ever sees the SHA-256.
enum RandomToken {
    /// 43 characters of base 64 for URLs.
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// What is stored. No salt and no work factor: nobody guesses 256 bits.
    static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Whether a text can be such a token; others are not worth a query.
    static func isPlausible(_ token: String) -> Bool { Base64URL.decode(token)?.count == 32 }
}
