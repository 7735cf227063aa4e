import Redis
import TestSupport
import Testing

@Suite("Subscribers hear what is published, before and after a broken connection")
struct SubscriberTests {
    @Test("each listener gets its own channels, from the moment the server confirmed them")
    func listens() async throws {
        let server = try await RedisServer.start()
        let subscriber = RedisSubscriber(try .local(server.port), logger: quiet)
        var both = subscriber.subscribe(to: ["a", "b"]).makeAsyncIterator()
        var one = subscriber.subscribe(to: ["b"]).makeAsyncIterator()
        try await subscriber.confirmed(["a", "b"])
        try await withClient(server.port) { client async throws in
            #expect(try await client.send(RedisCommand("PUBLISH", "a", "1")).int == 1)
            #expect(try await client.send(RedisCommand("PUBLISH", "b", .init([0, 255]))).int == 1)
        }
        #expect(await both.next() == RedisMessage(channel: "a", payload: Array("1".utf8)))
        #expect(await both.next() == RedisMessage(channel: "b", payload: [0, 255]))
        #expect(await one.next() == RedisMessage(channel: "b", payload: [0, 255]))
        await subscriber.close()
        #expect(await one.next() == nil)
        await #expect(throws: RedisError.self) { try await subscriber.confirmed(["a"]) }
    }

    @Test("a dropped stream unsubscribes")
    func unsubscribes() async throws {
        let server = try await RedisServer.start()
        let subscriber = RedisSubscriber(try .local(server.port), logger: quiet)
        try await withClient(server.port) { client async throws in
            let listener = Task { for await _ in subscriber.subscribe(to: ["news"]) {} }
            try await eventually("it is subscribed") {
                try await client.send(RedisCommand("PUBSUB", "NUMSUB", "news")).elements?.last?.int == 1
            }
            listener.cancel()
            try await eventually("it is unsubscribed") {
                try await client.send(RedisCommand("PUBSUB", "NUMSUB", "news")).elements?.last?.int == 0
            }
        }
        await subscriber.close()
    }

    @Test(
        "it subscribes again after a cut, after a restart, and out of a half-open connection",
        arguments: ["cut", "restart", "half-open"])
    func resubscribes(after accident: String) async throws {
        let server = try await RedisServer.start()
        let proxy = try TCPProxy(to: server.port)
        var configuration = try RedisConfiguration.local(proxy.port)
        configuration.commandTimeout = .milliseconds(400)
        let subscriber = RedisSubscriber(configuration, logger: quiet)
        var messages = subscriber.subscribe(to: ["news"]).makeAsyncIterator()
        // The time-out is short for the silence that follows; a busy machine may need longer for the first
        // confirmation.
        try await eventually("it is subscribed") { (try? await subscriber.confirmed(["news"])) != nil }
        switch accident {
        case "cut":
            proxy.cut()
        case "restart":
            try await server.restart()
        default:
            proxy.pause()
            try await eventually("the silence was noticed") { !subscriber.isConnected }
            proxy.cut()
            proxy.resume()
        }
        try await withClient(server.port) { client async throws in
            try await eventually("somebody listens again") {
                try await client.send(RedisCommand("PUBLISH", "news", "again")).int == 1
            }
        }
        #expect(await messages.next()?.text == "again")
        await subscriber.close()
    }

    @Test("what the server cannot confirm is told, not waited for")
    func unconfirmed() async throws {
        var configuration = try RedisConfiguration.local(try FreePort.next())
        configuration.commandTimeout = .milliseconds(200)
        let subscriber = RedisSubscriber(configuration, logger: quiet)
        let stream = subscriber.subscribe(to: ["news"])
        let error = await failure { () async throws(RedisError) in try await subscriber.confirmed(["news"]) }
        #expect(error?.code == .timeout)
        await subscriber.close()
        for await _ in stream { Issue.record("nothing was published") }
    }
}
