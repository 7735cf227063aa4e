internal import CCrypt

/// Passwords as the API checks them at login: bcrypt (`$2b$`, cost 12) through the system's libcrypt.
enum PasswordHash {
    /// What the API takes: bcrypt would ignore everything after 72 bytes.
    static let passwordBytes = 8...72

    /// bcrypt's own base 64, in order of value.
    private static let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Hash of a password under a fresh salt, 60 characters. Takes about a quarter of a second.
    /// - Throws: ``Failure`` when the password holds a NUL, which C would take for its end, or libcrypt lacks bcrypt.
    static func make(of password: String) throws -> String {
        guard !password.utf8.contains(0) else { throw Failure("The password must not contain a NUL.", status: .configuration) }
        var random = SystemRandomNumberGenerator()
        var output = [CChar](repeating: 0, count: 128)
        guard cartwright_crypt(password, "$2b$12$" + salt(using: &random), &output, output.count) == 0 else {
            throw Failure(
                "The system's libcrypt cannot make bcrypt hashes.", advice: "Install a libcrypt with bcrypt, such as Debian's libcrypt1.")
        }
        return String(decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// 128 random bits as 22 characters. The last one holds only two of them, in its upper bits.
    private static func salt(using random: inout some RandomNumberGenerator) -> String {
        let full = (0..<21).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] }
        let last = alphabet[Int.random(in: 0..<4, using: &random) << 4]
        return String(decoding: full + [last], as: UTF8.self)
    }
}
