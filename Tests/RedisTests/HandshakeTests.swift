import Testing

@testable import Redis

@Suite("Greetings: a connection is used only when the server is the right one")
struct HandshakeTests {
    private let sentinel = "redis+sentinel://:secret@a/shop/2?sentinel-password=other"

    private func words(_ greeting: Handshake) -> String {
        String(decoding: greeting.encoded, as: UTF8.self).split(separator: "\r\n").filter {
            !"*$".contains($0.first ?? " ")
        }
        .joined(separator: " ")
    }

    @Test("only a server that sentinels named is asked for its role; a sentinel gets its own password and no database")
    func words() throws {
        #expect(words(Handshake(try RedisConfiguration(url: "redis://a"))) == "CLIENT SETNAME cartwright PING")
        let followed = try RedisConfiguration(url: sentinel)
        #expect(words(Handshake(followed)) == "AUTH secret SELECT 2 CLIENT SETNAME cartwright ROLE PING")
        guard case .sentinel(let service) = followed.topology else { return #expect(Bool(false)) }
        #expect(words(Handshake(service, name: "x")) == "AUTH other CLIENT SETNAME x PING")
        #expect(
            words(Handshake(try RedisConfiguration(url: "redis+cluster://u:secret@a").node(.tcp(host: "b", port: 1))))
                == "AUTH u secret CLIENT SETNAME cartwright PING")
    }

    @Test("a replica, and a server that keeps its role to itself, are refused")
    func role() throws {
        let greeting = Handshake(try RedisConfiguration(url: sentinel))
        let role = 3
        try greeting.check(.array([.string(Array("master".utf8)), .integer(0), .array([])]), at: role)
        for value in [
            RedisValue.array([.string(Array("slave".utf8)), .string([]), .integer(1)]),
            .array([.string(Array("sentinel".utf8))]), .null,
            .error("NOPERM this user has no permissions to run the 'role' command"),
        ] {
            let error = #expect(throws: RedisError.self) { try greeting.check(value, at: role) }
            #expect(error?.code == .connectFailed)
        }
        try greeting.check(.error("NOPERM no"), at: role + 1)
        #expect(throws: RedisError.self) { try greeting.check(.error("LOADING the dataset"), at: role + 1) }
    }
}
