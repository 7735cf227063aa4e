import Redis
import TestSupport
import Testing

@testable import Redis

@Suite("Commands go by their keys")
struct CommandKeysTests {
    /// The slot of the key that decides.
    private func slot(_ words: String...) throws(RedisError) -> Int? {
        try RedisCommand(words[0], arguments: words.dropFirst().map { RedisArgument($0) }).slot()
    }

    private let k = HashSlot.of("k".utf8)

    @Test("the first argument, unless the command is built otherwise")
    func keys() throws {
        #expect(try slot("GET", "k") == k)
        #expect(try slot("BLMOVE", "k", "other", "RIGHT", "LEFT", "1") == k)
        #expect(try slot("SPUBLISH", "k", "m") == k)
        #expect(try slot("OBJECT", "ENCODING", "k") == k)
        #expect(try slot("BITOP", "AND", "k", "a") == k)
        #expect(try slot("eval", "return 1", "1", "k", "a") == k)
        #expect(try slot("EVALSHA", "abc", "2", "k", "l", "a") == k)
        #expect(try slot("BLMPOP", "0", "1", "k", "LEFT") == k)
        #expect(try slot("ZUNION", "1", "k") == k)
        #expect(try slot("ZUNIONSTORE", "k", "1", "a") == k)
        #expect(try slot("XREAD", "COUNT", "2", "streams", "k", "0") == k)
        #expect(try slot("XREADGROUP", "GROUP", "g", "c", "STREAMS", "k", ">") == k)
    }

    @Test("what has no key goes anywhere", arguments: ["PING", "PUBLISH", "TIME", "CLUSTER", "script", "EVAL"])
    func keyless(name: String) throws {
        #expect(try slot(name, "return 1", "0", "a") == nil)
    }

    @Test("what each node answers for itself alone, and what is incomplete, is refused before it is sent")
    func unroutable() {
        for command in [
            RedisCommand("SCAN", 0), RedisCommand("flushall"), RedisCommand("DBSIZE"), RedisCommand("GET"),
            RedisCommand("EVAL", "return 1"),
            RedisCommand("EVAL", "return 1", "x"), RedisCommand("EVAL", "return 1", 1),
            RedisCommand("XREAD", "COUNT", 1),
        ] {
            let error = #expect(throws: RedisError.self) { try command.slot() }
            #expect(error?.code == .unroutable)
            #expect(error?.message.hasPrefix(command.name) == true)
        }
    }

    @Test("the keys of a script must share a slot")
    func scripts() throws {
        let script = RedisScript(name: "both", source: "return 1")
        try script.checkSlots(of: [])
        try script.checkSlots(of: ["{q}:a", "{q}:b", "q"])
        let error = #expect(throws: RedisError.self) { try script.checkSlots(of: ["{q}:a", "{r}:b"]) }
        #expect(error?.code == .unroutable && error?.message.hasPrefix("script both: ") == true)
    }

    @Test("where the server looks for the first key of every command it knows, so do we, or refuse it")
    func server() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            let names = try await client.send(RedisCommand("COMMAND", "LIST")).elements?.compactMap(\.text) ?? []
            #expect(names.count > 200)
            var movable = 0
            for info in try await client.send(
                RedisCommand("COMMAND", arguments: ["INFO"] + names.map { RedisArgument($0) })
            ).elements ?? [] {
                // OBJECT and its like have their entries under "object|encoding".
                guard let parts = info.elements, parts.count > 6, let first = parts[3].int,
                    let flags = parts[2].elements,
                    let name = parts[0].text?.split(separator: "|").first.map(String.init)
                else { continue }
                if first > 0 {
                    #expect(
                        CommandKeys.of(name) == .at(first) || ["migrate", "pfdebug"].contains(name), "\(name): \(first)"
                    )
                } else if flags.contains(.status("movablekeys")) {
                    #expect(CommandKeys.of(name) != .at(1), "\(name)")
                    movable += 1
                }
            }
            #expect(movable > 10)
        }
    }
}
