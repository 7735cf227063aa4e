import Redis
import TestSupport
import Testing

@testable import Redis

@Suite("Hash slots: ours are the server's")
struct HashSlotTests {
    @Test(
        "the specification's check value, and tags",
        arguments: [
            ("123456789", 0x31C3), ("foo", 12182), ("{user1000}.following", 3443), ("user1000", 3443), ("", 0),
        ])
    func known(key: String, slot: Int) {
        #expect(HashSlot.of(key.utf8) == slot)
    }

    @Test("any key, with any mess of braces, has the slot that a server gives it")
    func server() async throws {
        let server = try await RedisServer.start(["cluster-enabled yes", "cluster-port \(try FreePort.next())"])
        let fixed = [
            "{}", "{}a", "a{}", "foo{}{bar}", "foo{{bar}}zap", "foo{bar}{zap}", "{", "}", "}{", "a{b", "a}b{c}",
            "{a}{b}", "ключ{корзина}",
        ]
        let alphabet = Array("{}ab0é")
        let random = (0..<500).map { _ in String((0..<Int.random(in: 0...12)).map { _ in alphabet.randomElement()! }) }
        try await withClient(server.port) { client async throws in
            let keys = fixed + random
            let slots = try await client.send(keys.map { RedisCommand("CLUSTER", "KEYSLOT", .init($0)) })
            for (key, slot) in zip(keys, slots) { #expect(slot.int == HashSlot.of(key.utf8), "\(key)") }
        }
    }
}
