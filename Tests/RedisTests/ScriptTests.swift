import Redis
import TestSupport
import Testing

@Suite("Scripts: nobody notices when Redis forgets them")
struct ScriptTests {
    let script = RedisScript(
        name: "add", source: "redis.call('INCRBY', KEYS[1], ARGV[1]) return {KEYS[1], tonumber(ARGV[1])}")

    @Test("our name for a script is the one Redis gives it")
    func name() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            for length in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 5000] {
                let script = RedisScript(name: "padded", source: "return '\(String(repeating: "ü", count: length))'")
                #expect(try await client.send(RedisCommand("SCRIPT", "LOAD", .init(script.source))).text == script.sha1)
            }
        }
    }

    @Test("SCRIPT FLUSH under load: every call runs exactly once")
    func flush() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask { () async throws in
                        for _ in 0..<100 {
                            #expect(
                                try await client.evaluate(script, keys: ["sum"], arguments: [1])
                                    == .array([.string(Array("sum".utf8)), .integer(1)]))
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<100 { _ = try await client.send(RedisCommand("SCRIPT", "FLUSH")) }
                }
                try await group.waitForAll()
            }
            #expect(try await client.send(RedisCommand("GET", "sum")).int == 5000)
            let info = try #require(try await client.send(RedisCommand("INFO", "commandstats")).text)
            #expect(
                info.contains("cmdstat_evalsha") && info.contains("cmdstat_eval:"),
                "the test never met a forgotten script")
        }
    }

    @Test("a script's own error is told with its name and is not tried again")
    func failing() async throws {
        let server = try await RedisServer.start()
        let script = RedisScript(
            name: "breaks", source: "redis.call('INCR', 'n') return redis.error_reply('CUSTOM thing')")
        try await withClient(server.port) { client async throws in
            let error = await failure { () async throws(RedisError) in
                try await client.evaluate(script, keys: [], arguments: [])
            }
            #expect(error?.code == .server("CUSTOM"))
            #expect(error?.message.contains("script breaks") == true)
            #expect(try await client.send(RedisCommand("GET", "n")).int == 1)
        }
    }
}
