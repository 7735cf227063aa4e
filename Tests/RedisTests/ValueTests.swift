import Testing

@testable import Redis

@Suite("Values: what is meant is what goes over the wire")
struct ValueTests {
    @Test("commands are arrays of bulk strings, measured in bytes")
    func encoding() {
        let command = RedisCommand("SET", "ключ", .init([0, 13, 10, 255]), "EX", .init(12_345_678_901))
        let expected =
            Array("*5\r\n$3\r\nSET\r\n$8\r\nключ\r\n$4\r\n".utf8) + [0, 13, 10, 255]
            + Array("\r\n$2\r\nEX\r\n$11\r\n12345678901\r\n".utf8)
        #expect(command.encoded == expected)
    }

    @Test("arguments can be read back out of the encoded form")
    func arguments() {
        let binary = (0..<2000).map { UInt8(truncatingIfNeeded: $0) }
        let command = RedisCommand("SET", "ключ", .init(binary), "", .init(12_345_678_901))
        #expect(command.argument(1).map(Array.init) == Array("ключ".utf8))
        #expect(command.argument(2).map(Array.init) == binary)
        #expect(command.argument(3).map(Array.init) == [])
        #expect(command.argument(4).map(Array.init) == Array("12345678901".utf8))
        #expect(command.argument(5) == nil && command.argument(6) == nil)
        #expect(RedisCommand("PING").argument(1) == nil)
    }

    @Test("printing a command shows its name alone")
    func redacted() {
        var dumped = ""
        dump(RedisCommand("SET", "key", "secret"), to: &dumped)
        #expect(!"\(RedisCommand("SET", "key", "secret"))".contains("secret"))
        #expect(!dumped.contains("secret"))
        #expect(dumped.contains("SET"))
    }

    @Test("values are read as text, number, bytes or elements, or not at all")
    func accessors() {
        #expect(RedisValue.string(Array("42".utf8)).int == 42)
        #expect(RedisValue.integer(42).text == "42")
        #expect(RedisValue.status("OK").text == "OK")
        #expect(RedisValue.string([0xFF]).text == nil)
        #expect(RedisValue.string([0xFF]).bytes == [0xFF])
        #expect(RedisValue.null.isNull && RedisValue.null.text == nil && RedisValue.null.int == nil)
        #expect(RedisValue.array([.null]).elements == [.null])
        #expect(RedisValue.error("ERR no").text == nil)
    }

    @Test("SHA-1 of the standard's examples and around the block size")
    func sha1() {
        #expect(SHA1.hexadecimal(of: []) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(SHA1.hexadecimal(of: Array("abc".utf8)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(SHA1.hexadecimal(of: Array(long.utf8)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    }

    @Test("errors know their kind and whether trying again makes sense")
    func errors() {
        #expect(RedisError(reply: "OOM command not allowed").code == .server("OOM"))
        #expect(RedisError(reply: "OOM command not allowed").isTransient)
        #expect(RedisError(reply: "READONLY You can't write").isTransient)
        #expect(!RedisError(reply: "WRONGTYPE Operation against a key").isTransient)
        #expect(RedisError(reply: "MOVED 1 a:1").isTransient && RedisError(reply: "TRYAGAIN now").isTransient)
        #expect(!RedisError(code: .closed, message: "").isTransient)
        #expect(!RedisError(code: .unroutable, message: "").isTransient)
    }
}
