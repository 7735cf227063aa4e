import Redis
import TestSupport
import Testing

@Suite("A fail-over behind sentinels: everybody moves to the new master by himself")
struct SentinelFailoverTests {
    /// Waits until the replica has all that the master has now.
    private func inStep(_ replica: RedisServer, with master: RedisServer) async throws {
        let offset = try #require(try await master.send(RedisCommand("ROLE")).elements?[1].int)
        try await eventually("the replica is in step") {
            // ["slave", host, port, state, offset]
            try await replica.send(RedisCommand("ROLE")).elements?[4].int ?? 0 >= offset
        }
    }

    @Test("steady writes go on seconds after the master's death, with what the replica had and no lasting error")
    func killedUnderTraffic() async throws {
        let redis = try await RedisSentinels.start()
        let client = RedisClient(try RedisConfiguration(url: redis.url), logger: quiet)
        let writers = SteadyWriters()
        let replicated = try await writers.run(on: client) {
            let start = ContinuousClock.now
            try await eventually("all write") { writers.allWritten(since: start) }
            let replicated = writers.books.acknowledged
            try await inStep(redis.servers[1], with: redis.servers[0])
            try await redis.servers[0].kill()
            #expect(try await redis.master().port == redis.servers[1].port)
            let elected = ContinuousClock.now
            try await eventually(within: .seconds(10), "all write again") { writers.allWritten(since: elected) }
            return replicated
        }
        let books = writers.books
        #expect(books.wrong.isEmpty)
        for key in writers.keys {
            let number = try await client.send(RedisCommand("GET", .init(key))).int ?? 0
            #expect(number >= replicated[key] ?? 0)
            // What was written since is at the new master: acknowledged there, or on its way when the writer was
            // stopped.
            #expect(number == books.acknowledged[key] || number == (books.acknowledged[key] ?? 0) + 1)
        }
        await client.close()
    }

    @Test("an orderly change of masters: the old one lives on as a replica, and every later write is at the new one")
    func ordered() async throws {
        let redis = try await RedisSentinels.start()
        let client = RedisClient(try RedisConfiguration(url: redis.url), logger: quiet)
        let writers = SteadyWriters()
        try await writers.run(on: client) {
            let start = ContinuousClock.now
            try await eventually("all write") { writers.allWritten(since: start) }
            try await redis.send(
                RedisCommand("SENTINEL", "FAILOVER", .init(RedisSentinels.service)), to: redis.sentinels[0])
            try await eventually(within: .seconds(20), "the replica is the master") {
                try await redis.master().port == redis.servers[1].port
            }
            let elected = ContinuousClock.now
            try await eventually(within: .seconds(10), "all write again") { writers.allWritten(since: elected) }
        }
        #expect(writers.books.wrong.isEmpty)
        for key in writers.keys {
            let number = try await client.send(RedisCommand("GET", .init(key))).int ?? 0
            let acknowledged = writers.books.acknowledged[key] ?? 0
            #expect(number == acknowledged || number == acknowledged + 1)
        }
        #expect(
            try await client.send(RedisCommand("CONFIG", "GET", "port")).elements?.last?.int == redis.servers[1].port)
        await client.close()
    }

    @Test("the client leaves a hanging master when sentinels say so, before its own time limit, even with one dead")
    func hangs() async throws {
        let redis = try await RedisSentinels.start()
        var configuration = try RedisConfiguration(url: redis.url)
        configuration.commandTimeout = .seconds(60)
        let client = RedisClient(configuration, logger: quiet)
        #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
        try await redis.sentinels[0].kill()
        redis.servers[0].pause()
        let start = ContinuousClock.now
        let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("SET", "k", "v"))
        }
        #expect(error?.code == .connectionLost && error?.maybeExecuted == true)
        #expect(
            try await client.send(RedisCommand("CONFIG", "GET", "port")).elements?.last?.int == redis.servers[1].port)
        #expect(ContinuousClock.now - start < .seconds(20))
        redis.servers[0].resume()
        await client.close()
    }

    @Test("a server that turns replica without a word is left after its first refusal and used again as master")
    func demoted() async throws {
        let redis = try await RedisSentinels.start()
        let client = RedisClient(try RedisConfiguration(url: redis.url), logger: quiet)
        #expect(try await client.send(RedisCommand("SET", "k", "1")) == .status("OK"))
        // The connection survives this, unlike a demotion by a sentinel, which needs longer to put it right than this
        // test takes.
        try await redis.servers[0].send(RedisCommand("REPLICAOF", "127.0.0.1", .init(redis.servers[1].port)))
        let refused = await failure { () async throws(RedisError) in
            try await client.send(RedisCommand("SET", "k", "2"))
        }
        #expect(refused?.code == .server("READONLY") && refused?.maybeExecuted == false && refused?.isTransient == true)
        try await eventually("the connection is given up") { !client.isConnected }
        try await redis.servers[0].send(RedisCommand("REPLICAOF", "NO", "ONE"))
        try await eventually("there is a master again") {
            (try? await client.send(RedisCommand("SET", "k", "3"))) == .status("OK")
        }
        #expect(try await client.send(RedisCommand("ROLE")).elements?.first?.text == "master")
        await client.close()
    }

    @Test("a blocked pop ends with the old master and works on the new one; a subscriber hears again")
    func blockedAndSubscribed() async throws {
        let redis = try await RedisSentinels.start()
        let configuration = try RedisConfiguration(url: redis.url)
        let client = RedisClient(configuration, logger: quiet)
        let blocking = RedisBlockingConnection(configuration, logger: quiet)
        let subscriber = RedisSubscriber(configuration, logger: quiet)
        var news = subscriber.subscribe(to: ["news"]).makeAsyncIterator()
        try await subscriber.confirmed(["news"])
        let pop = RedisCommand("BLMOVE", "from", "to", "RIGHT", "LEFT", "30")
        async let ended = failure { () async throws(RedisError) in try await blocking.send(pop, timeout: .seconds(30)) }
        try await eventually("a client is blocked") {
            try await client.send(RedisCommand("INFO", "clients")).text?.contains("blocked_clients:1\r\n") == true
        }
        try await redis.failOver()
        let error = await ended
        #expect(error?.code == .connectionLost && error?.maybeExecuted == true)

        async let popped = eventually(within: .seconds(10), "it pops") {
            try? await blocking.send(pop, timeout: .seconds(30))
        }
        try await eventually(within: .seconds(10), "pushed") {
            (try? await client.send(RedisCommand("LPUSH", "from", "job"))) != nil
        }
        #expect(try await popped.text == "job")
        try await eventually(within: .seconds(10), "somebody listens") {
            (try? await client.send(RedisCommand("PUBLISH", "news", "again")).int) == 1
        }
        #expect(await news.next()?.text == "again")
        await client.close()
        await blocking.close()
        await subscriber.close()
    }
}
