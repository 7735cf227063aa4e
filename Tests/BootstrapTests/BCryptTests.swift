import Bootstrap
import Testing

@Suite("Passwords are hashed with bcrypt")
struct BCryptTests {
    /// Test vectors of the Openwall implementation (crypt_blowfish, wrapper.c), with the `$2b$` prefix.
    @Test(
        "known passwords verify against known hashes",
        arguments: [
            ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ])
    func agreesWithKnownHashes(password: String, hash: String) {
        #expect(BCrypt.verify(password, against: hash))
        #expect(!BCrypt.verify(password + "x", against: hash))
    }

    @Test("every hash has its own salt")
    func saltsEveryHash() throws {
        let first = try #require(BCrypt.hash("correct horse", cost: 4))
        let second = try #require(BCrypt.hash("correct horse", cost: 4))
        #expect(first.hasPrefix("$2b$04$"))
        #expect(first.utf8.count == 60)
        #expect(first != second)
        #expect(BCrypt.verify("correct horse", against: first))
        #expect(BCrypt.verify("correct horse", against: second))
    }

    @Test("72 bytes are told apart from more")
    func tells72BytesApartFromMore() throws {
        let password = String(repeating: "p", count: 72)
        let hash = try #require(BCrypt.hash(password, cost: 4))
        #expect(BCrypt.verify(password, against: hash))
        #expect(!BCrypt.verify(password + "more", against: hash))
        #expect(BCrypt.hash(password + "x", cost: 4) == nil)
    }

    @Test("NUL does not end a password")
    func doesNotStopAtNUL() {
        #expect(BCrypt.hash("secret\0tail", cost: 4) == nil)
    }

    @Test(
        "a broken hash matches no password",
        arguments: ["", "*0", "$2b$99$CCCCCCCCCCCCCCCCCCCCC.", "plain text", "$1$salt$"])
    func neverMatchesABrokenHash(_ hash: String) {
        #expect(!BCrypt.verify("", against: hash))
        #expect(!BCrypt.verify("password", against: hash))
    }
}
