import Redis
import TestSupport
import Testing

@Suite("Blocking pops: woken at once, given up at once, never hanging")
struct BlockingConnectionTests {
    /// Longer than any test takes: what ends sooner was ended.
    private let pop = RedisCommand("BLMOVE", "from", "to", "RIGHT", "LEFT", "60")
    private let atOnce: Duration = .seconds(20)

    /// Waits until the server holds a blocked client.
    private func blocked(_ client: RedisClient, _ count: Int = 1) async throws {
        try await eventually("a client is blocked") {
            try await client.send(RedisCommand("INFO", "clients")).text?.contains("blocked_clients:\(count)\r\n")
                == true
        }
    }

    @Test("a push wakes it at once")
    func wakes() async throws {
        let server = try await RedisServer.start()
        let blocking = RedisBlockingConnection(try .local(server.port), logger: quiet)
        try await withClient(server.port) { client async throws in
            async let popped = blocking.send(pop, timeout: .seconds(60))
            try await blocked(client)
            let start = ContinuousClock.now
            _ = try await client.send(RedisCommand("LPUSH", "from", "job"))
            #expect(try await popped.text == "job")
            #expect(ContinuousClock.now - start < atOnce)
        }
        await blocking.close()
    }

    @Test("the server's own limit gives null, and a limit above the command time-out is no dead connection")
    func timesOut() async throws {
        let server = try await RedisServer.start()
        var configuration = try RedisConfiguration.local(server.port)
        configuration.commandTimeout = .milliseconds(100)
        let blocking = RedisBlockingConnection(configuration, logger: quiet)
        try await eventually("it is connected") { blocking.isConnected }
        #expect(try await blocking.send(RedisCommand("BLPOP", "none", "0.4"), timeout: .milliseconds(400)) == .null)
        #expect(try await blocking.send(RedisCommand("PING"), timeout: .zero) == .status("PONG"))
        await blocking.close()
    }

    @Test("cancelling the task ends the wait at once and frees the server's side; the next pop works")
    func cancels() async throws {
        let server = try await RedisServer.start()
        let blocking = RedisBlockingConnection(try .local(server.port), logger: quiet)
        try await withClient(server.port) { client async throws in
            let task = Task {
                await failure { () async throws(RedisError) in try await blocking.send(pop, timeout: .seconds(60)) }
            }
            try await blocked(client)
            let start = ContinuousClock.now
            task.cancel()
            let error = await task.value
            #expect(error?.code == .canceled && error?.maybeExecuted == true)
            #expect(ContinuousClock.now - start < atOnce)
            try await blocked(client, 0)
            _ = try await client.send(RedisCommand("LPUSH", "from", "job"))
            #expect(try await blocking.send(pop, timeout: .seconds(60)).text == "job")
        }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure { () async throws(RedisError) in try await blocking.send(pop, timeout: .seconds(60)) }
        }
        #expect(await cancelled.value?.code == .canceled)
        await blocking.close()
    }

    @Test("a half-open connection ends the wait a second after the server should have answered, and the next pop works")
    func halfOpen() async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        let blocking = RedisBlockingConnection(try .local(proxy.port), logger: quiet)
        try await eventually("it is connected") { blocking.isConnected }
        proxy.pause()
        let start = ContinuousClock.now
        let error = await failure { () async throws(RedisError) in
            try await blocking.send(RedisCommand("BLPOP", "from", "0.2"), timeout: .milliseconds(200))
        }
        #expect(error?.code == .timeout && error?.maybeExecuted == true)
        let waited = ContinuousClock.now - start
        #expect(waited >= .milliseconds(1190) && waited < atOnce)
        proxy.cut()
        proxy.resume()
        try await eventually("it works again") {
            (try? await blocking.send(RedisCommand("PING"), timeout: .zero)) == .status("PONG")
        }
        await blocking.close()
    }

    @Test("closing ends a wait at once")
    func closing() async throws {
        let server = try await RedisServer.start()
        let blocking = RedisBlockingConnection(try .local(server.port), logger: quiet)
        try await withClient(server.port) { client async throws in
            async let error = failure { () async throws(RedisError) in
                try await blocking.send(pop, timeout: .seconds(60))
            }
            try await blocked(client)
            let start = ContinuousClock.now
            await blocking.close()
            #expect(await error?.code == .closed)
            #expect(ContinuousClock.now - start < atOnce)
        }
    }
}
