import Redis
import TestSupport
import Testing

@Suite("One connection serves many tasks")
struct ClientTests {
    @Test("every kind of value comes back as it was meant")
    func roundTrip() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
            #expect(try await client.send(RedisCommand("GET", "missing")) == .null)
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            #expect(try await client.send(RedisCommand("SET", "binary", .init(bytes))) == .status("OK"))
            #expect(try await client.send(RedisCommand("GET", "binary")) == .string(bytes))
            #expect(try await client.send(RedisCommand("SET", "empty", "")) == .status("OK"))
            #expect(try await client.send(RedisCommand("GET", "empty")) == .string([]))
            #expect(try await client.send(RedisCommand("INCRBY", "n", .init(Int64.max))) == .integer(.max))
            let nested = try await client.send(
                RedisCommand(
                    "EVAL", "return {1, {'a', false, {}}, redis.status_reply('fine'), redis.error_reply('NO way')}", 0))
            #expect(
                nested
                    == .array([
                        .integer(1), .array([.string([97]), .null, .array([])]), .status("fine"), .error("NO way"),
                    ]))
        }
    }

    @Test("a hundred tasks each get their own replies, and each one's commands run in the order of its calls")
    func pipelining() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<100 {
                    group.addTask { () async throws in
                        for round in 0..<50 {
                            let echo = "\(task)/\(round)"
                            #expect(try await client.send(RedisCommand("ECHO", .init(echo))).text == echo)
                            #expect(
                                try await client.send(RedisCommand("RPUSH", "list:\(task)", .init(round))).int == round
                                    + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for task in 0..<100 {
                let list = try await client.send(RedisCommand("LRANGE", "list:\(task)", 0, -1)).elements?.compactMap(
                    \.int)
                #expect(list == Array(0..<50))
            }
        }
    }

    @Test("a batch stays together and hides no result behind an error")
    func batch() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            let values = try await client.send([
                RedisCommand("SET", "s", "x"), RedisCommand("LPUSH", "s", "y"), RedisCommand("GET", "s"),
            ])
            #expect(values.count == 3)
            #expect(values[0] == .status("OK"))
            #expect(values[1] == .error("WRONGTYPE Operation against a key holding the wrong kind of value"))
            #expect(values[2].text == "x")
            #expect(try await client.send([]) == [])
            let many = try await client.send((0..<10_000).map { RedisCommand("ECHO", .init($0)) })
            #expect(many.map(\.int) == Array(0..<10_000))
        }
    }

    @Test("each connection sets user, password, database and name, and a wrong password is named but not shown")
    func greeting() async throws {
        let server = try await RedisServer.start(["requirepass hunter2"])
        let url = "redis://:hunter2@127.0.0.1:\(server.port)/5"
        let client = RedisClient(try RedisConfiguration(url: url), logger: quiet)
        for _ in 0..<2 {
            // The first one after the kill may still go out on the connection that is being closed.
            let info = try await eventually("there is a connection") {
                try? await client.send(RedisCommand("CLIENT", "INFO")).text
            }
            #expect(info.contains(" db=5 ") && info.contains(" name=cartwright "))
            _ = await failure { () async throws(RedisError) in
                try await client.send(RedisCommand("CLIENT", "KILL", "SKIPME", "no", "TYPE", "normal"))
            }
        }
        await client.close()

        var wrong = try RedisConfiguration(url: "redis://:correct-horse@127.0.0.1:\(server.port)/5")
        wrong.commandTimeout = .milliseconds(300)
        let refused = RedisClient(wrong, logger: quiet)
        let error = await failure { () async throws(RedisError) in try await refused.send(RedisCommand("PING")) }
        #expect(error?.code == .refused)
        #expect(error?.isTransient == false)
        #expect(error?.message.contains("WRONGPASS") == true)
        #expect(error.map { "\($0)".contains("correct-horse") } == false)
        await refused.close()

        // No password at all, and a database there is not.
        for url in ["redis://127.0.0.1:\(server.port)", "redis://:hunter2@127.0.0.1:\(server.port)/999"] {
            var configuration = try RedisConfiguration(url: url)
            configuration.commandTimeout = .milliseconds(300)
            let client = RedisClient(configuration, logger: quiet)
            let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }
            #expect(error?.code == .refused, "\(url)")
            await client.close()
        }
    }

    @Test("a Unix socket serves as well")
    func unixSocket() async throws {
        let server = try await RedisServer.start(["unixsocket redis.sock"])
        let client = RedisClient(try RedisConfiguration(url: "unix://\(server.directory)/redis.sock"), logger: quiet)
        #expect(try await client.send(RedisCommand("CONFIG", "GET", "port")).elements?.last?.int == server.port)
        await client.close()
    }

    @Test("a full or read-only server's refusal reaches the caller with its code")
    func serverErrors() async throws {
        let server = try await RedisServer.start(["maxmemory 100kb", "maxmemory-policy noeviction"])
        try await withClient(server.port) { client async throws in
            let full = await failure { () async throws(RedisError) in
                try await client.send(RedisCommand("SET", "k", "v"))
            }
            #expect(full?.code == .server("OOM"))
            #expect(full?.isTransient == true && full?.maybeExecuted == false)
            #expect(full?.message.hasPrefix("SET: OOM ") == true)
            _ = try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
            _ = try await client.send(RedisCommand("REPLICAOF", "127.0.0.1", .init(try FreePort.next())))
            let readOnly = await failure { () async throws(RedisError) in
                try await client.send(RedisCommand("SET", "k", "v"))
            }
            #expect(readOnly?.code == .server("READONLY"))
        }
    }

    @Test("closing ends every waiter at once, sent or unsent, and every later call")
    func closing() async throws {
        let server = try await RedisServer.start()
        let client = RedisClient(try .local(server.port), logger: quiet)
        _ = try await client.send(RedisCommand("PING"))
        server.pause()
        try await withThrowingTaskGroup(of: RedisError?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }
                }
                group.addTask {
                    await failure { () async throws(RedisError) in
                        try await client.send([RedisCommand("PING"), RedisCommand("PING")])
                    }
                }
            }
            await client.close()
            // None waits for its time-out, which is another error.
            for try await error in group { #expect(error?.code == .closed) }
        }
        server.resume()
        #expect(
            await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }?.code
                == .closed)
        #expect(!client.isConnected)
        await client.close()
    }
}
