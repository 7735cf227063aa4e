import Redis
import TestSupport
import Testing

@Suite("A broken connection: told truthfully, replaced without help")
struct BrokenConnectionTests {
    @Test("a reply lost after the command was delivered: it may have been executed, and was")
    func deliveredThenCut() async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        try await withClient(proxy.port) { client async throws in
            _ = try await client.send(RedisCommand("PING"))
            proxy.cut(atCommand: 1, delivered: true)
            let error = await failure { () async throws(RedisError) in
                try await client.send(RedisCommand("INCR", "counter"))
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.maybeExecuted == true)
            try await eventually("the server ran it once") {
                try await client.send(RedisCommand("GET", "counter")).int == 1
            }
        }
    }

    @Test("of hundreds of commands on a cut connection none hangs, none runs twice and each failure says maybe")
    func cutUnderLoad() async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        try await withClient(proxy.port) { client async throws in
            _ = try await client.send(RedisCommand("PING"))
            let outcomes = await withTaskGroup(of: (succeeded: Int, uncertain: Int, wrong: Int).self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        var count = (succeeded: 0, uncertain: 0, wrong: 0)
                        for _ in 0..<200 {
                            let error = await failure { () async throws(RedisError) in
                                try await client.send(RedisCommand("INCR", "counter"))
                            }
                            switch error {
                            case nil: count.succeeded += 1
                            case let error? where error.maybeExecuted: count.uncertain += 1
                            default: count.wrong += 1
                            }
                        }
                        return count
                    }
                }
                for bytes in [10_000, 20_000, 30_000] {
                    let cuts = proxy.acceptedCount
                    proxy.cut(afterBytes: bytes, .fromServer)
                    try? await eventually("the proxy cut") { proxy.acceptedCount > cuts }
                }
                return await group.reduce((0, 0, 0)) { ($0.0 + $1.succeeded, $0.1 + $1.uncertain, $0.2 + $1.wrong) }
            }
            #expect(outcomes.0 + outcomes.1 == 10_000)
            #expect(outcomes.1 > 0, "the cut hit nothing")
            #expect(outcomes.2 == 0)
            let counter = try #require(try await client.send(RedisCommand("GET", "counter")).int)
            #expect(counter >= outcomes.0 && counter <= outcomes.0 + outcomes.1)
        }
    }

    @Test("commands that wait for a connection are sent when it is back")
    func waiting() async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        try await withClient(proxy.port) { client async throws in
            _ = try await client.send(RedisCommand("PING"))
            proxy.refuse()
            proxy.cut()
            try await eventually("the client noticed") { !client.isConnected }
            async let reply = client.send(RedisCommand("ECHO", "patience"))
            proxy.accept()
            #expect(try await reply.text == "patience")
        }
    }

    @Test("a restarted server is used again within five seconds, data and all")
    func restart() async throws {
        let server = try await RedisServer.start(["appendonly yes", "appendfsync always"])
        try await withClient(server.port) { client async throws in
            _ = try await client.send(RedisCommand("SET", "k", "kept"))
            var connections = client.connections().makeAsyncIterator()
            #expect(await connections.next() == 1)
            try await server.kill()
            try await server.restart()
            let start = ContinuousClock.now
            #expect(await connections.next() == 2)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(try await client.send(RedisCommand("GET", "k")).text == "kept")
        }
    }

    @Test("with the server down a command fails within the command time-out, and later ones at once")
    func down() async throws {
        try await withClient(try FreePort.next()) { client async throws in
            let start = ContinuousClock.now
            let first = await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }
            let waited = ContinuousClock.now - start
            #expect(first?.code == .connectFailed && first?.maybeExecuted == false && first?.isTransient == true)
            #expect(first?.message.contains("refused") == true)
            #expect(waited < .seconds(20))
            let again = ContinuousClock.now
            for _ in 0..<100 {
                #expect(
                    await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }?.code
                        == .connectFailed)
            }
            // If each waited for a connection, that would take two hundred seconds.
            #expect(ContinuousClock.now - again < .seconds(20))
        }
    }

    @Test("a half-open connection is given up after the command time-out, and the next one works")
    func halfOpen() async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        try await withClient(proxy.port, { $0.commandTimeout = .milliseconds(500) }) { client async throws in
            _ = try await client.send(RedisCommand("PING"))
            proxy.pause()
            let start = ContinuousClock.now
            let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }
            #expect(error?.code == .timeout && error?.maybeExecuted == true)
            let waited = ContinuousClock.now - start
            #expect(waited >= .milliseconds(490) && waited < .seconds(20))
            proxy.cut()
            proxy.resume()
            try await eventually("it works again") {
                await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) } == nil
            }
        }
    }

    @Test("a reply that nobody asked for ends the connection, because no later one could be trusted")
    func unexpectedReply() async throws {
        let server = try await RedisServer.start()
        try await withClient(server.port) { client async throws in
            let id = try await client.send(RedisCommand("CLIENT", "ID"))
            // One command, two replies: subscriptions do not belong on this connection.
            _ = await failure { () async throws(RedisError) in
                try await client.send(RedisCommand("SUBSCRIBE", "a", "b"))
            }
            try await eventually("a new connection") {
                let now = try? await client.send(RedisCommand("CLIENT", "ID"))
                return now?.int != nil && now != id
            }
        }
    }
}
