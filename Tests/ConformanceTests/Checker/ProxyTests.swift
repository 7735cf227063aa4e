import Redis
import TestSupport
import Testing

@Suite("The proxy holds one connection and redirects the next")
struct ProxyTests {
    private func withClient(_ port: Int, _ body: (RedisClient) async throws -> Void) async throws {
        var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(port)")
        configuration.commandTimeout = .milliseconds(500)
        let client = RedisClient(configuration, logger: Arena.quietLogger)
        try await body(client)
        await client.close()
    }

    @Test("a text holds its own connection only", arguments: [true, false])
    func aTextHoldsItsConnectionOnly(delivered: Bool) async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        try await withClient(server.port) { direct in
            try await withClient(proxy.port) { other in
                try await withClient(proxy.port) { held in
                    for client in [other, held] { _ = try await client.send(RedisCommand("PING")) }
                    proxy.hold(at: "needle", .fromClient, delivered: delivered)
                    _ = try await other.send(RedisCommand("SET", "hay", "stack"))
                    #expect(!proxy.isHolding)
                    async let answer = held.send(RedisCommand("SET", "key", "needle"))
                    try await eventually("it is held") { proxy.isHolding }
                    #expect(try await other.send(RedisCommand("GET", "hay")).text == "stack")
                    if delivered {
                        try await eventually("it has arrived") {
                            try await direct.send(RedisCommand("GET", "key")).text == "needle"
                        }
                    } else {
                        #expect(try await direct.send(RedisCommand("GET", "key")).isNull)
                    }
                    proxy.release()
                    #expect(try await answer.text == "OK")
                    #expect(try await direct.send(RedisCommand("GET", "key")).text == "needle")
                }
            }
        }
    }

    @Test("a reply can be held too")
    func aReplyCanBeHeldToo() async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        try await withClient(server.port) { direct in
            _ = try await direct.send(RedisCommand("SET", "key", "needle"))
            try await withClient(proxy.port) { client in
                proxy.hold(at: "needle", .fromServer, delivered: false)
                await #expect(throws: RedisError.self) { try await client.send(RedisCommand("GET", "key")) }
                // The client has given the connection up and made another.
                try await eventually("it is answered") {
                    (try? await client.send(RedisCommand("GET", "key")).text) == "needle"
                }
            }
        }
    }

    @Test("later connections go to the other server")
    func laterConnectionsGoToTheOtherServer() async throws {
        let first = try await RedisServer.start()
        let second = try await RedisServer.start()
        let proxy = try TCPProxy(to: first.port)
        try await withClient(proxy.port) { client in
            _ = try await client.send(RedisCommand("SET", "who", "first"))
            proxy.redirect(to: second.port)
            #expect(try await client.send(RedisCommand("GET", "who")).text == "first")
            proxy.cut()
            try await eventually("it is at the second") {
                (try? await client.send(RedisCommand("GET", "who")))?.isNull == true
            }
        }
    }
}
