internal import CCrypt

/// bcrypt (`$2b$`) through the system's libcrypt.
///
/// Each call burns a core for about 2^cost × 60 µs, so a server makes it on threads kept for that, never on the
/// cooperative pool.
package enum BCrypt {
    /// What the shop takes as a password. bcrypt reads 72 bytes; what is longer would be cut off in silence.
    package static let passwordBytes = 8...72

    /// The work factor unless a setting says otherwise: a quarter of a second.
    package static let defaultCost = 12

    /// The letters of bcrypt's own base 64, in order of value.
    private static let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Hash of a password under a fresh random salt, 60 characters. nil when the password holds a NUL or more than 72
    /// bytes, libcrypt lacks bcrypt, or memory is short.
    ///
    /// - Parameter cost: the work factor, 4…31; one more takes twice as long.
    package static func hash(_ password: String, cost: Int) -> String? {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return crypt(password, setting: "$2b$\(cost < 10 ? "0" : "")\(cost)$" + encoded(salt))
    }

    /// Whether the hash was made from this password. Takes the same time for every wrong password.
    package static func verify(_ password: String, against hash: String) -> Bool {
        guard let computed = crypt(password, setting: hash) else { return false }
        let left = Array(computed.utf8)
        let right = Array(hash.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func crypt(_ password: String, setting: String) -> String? {
        // C strings end at NUL: "secret\0anything" would pass for "secret".
        guard !password.utf8.contains(0), password.utf8.count <= passwordBytes.upperBound else { return nil }
        var output = [CChar](repeating: 0, count: 128)
        guard cartwright_crypt(password, setting, &output, output.count) == 0 else { return nil }
        return String(decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// 16 bytes as 22 characters: groups of six bits from the front, the last one filled up with zeros.
    private static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(buffer >> UInt32(bits)) & 63])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits)) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }
}
