import Redis
import TestSupport
import Testing

@Suite("A node of a cluster dies: its replica is found, and the others are not held up")
struct ClusterFailoverTests {
    /// Waits until each replica has all that its master has now.
    private func inStep(_ cluster: RedisCluster) async throws {
        for node in cluster.nodes {
            let role = try await node.send(RedisCommand("ROLE")).elements ?? []
            guard role.first?.text == "slave", let port = role[2].int,
                let master = cluster.nodes.first(where: { $0.port == port })
            else {
                continue
            }
            let offset = try #require(try await master.send(RedisCommand("ROLE")).elements?[1].int)
            try await eventually("the replica is in step") {
                try await node.send(RedisCommand("ROLE")).elements?[4].int ?? 0 >= offset
            }
        }
    }

    @Test("steady writes go on seconds after a master's death, with what its replica had and no lasting error")
    func killedUnderTraffic() async throws {
        let cluster = try await RedisCluster.start()
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        let writers = SteadyWriters()
        let victim = try await cluster.master(of: writers.keys[0])
        let replicated = try await writers.run(on: client) {
            let start = ContinuousClock.now
            try await eventually("all write") { writers.allWritten(since: start) }
            let replicated = writers.books.acknowledged
            try await inStep(cluster)
            try await victim.kill()
            try await eventually(within: .seconds(20), "another node serves the slots") {
                try await cluster.master(of: writers.keys[0]).port != victim.port
            }
            let elected = ContinuousClock.now
            try await eventually(within: .seconds(10), "all write again") { writers.allWritten(since: elected) }
            return replicated
        }
        let books = writers.books
        #expect(books.wrong.isEmpty)
        let values = try await client.send(writers.keys.map { RedisCommand("GET", .init($0)) }).map { $0.int ?? 0 }
        for (key, number) in zip(writers.keys, values) {
            #expect(number >= replicated[key] ?? 0)
            #expect(number == books.acknowledged[key] || number == (books.acknowledged[key] ?? 0) + 1)
        }
        await client.close()
    }

    @Test("a node that hangs is replaced too, and comes back as a replica that nobody writes to")
    func hangs() async throws {
        let cluster = try await RedisCluster.start()
        var configuration = try RedisConfiguration(url: cluster.url)
        configuration.commandTimeout = .milliseconds(500)
        let client = RedisClient(configuration, logger: quiet)
        #expect(try await client.send(RedisCommand("SET", "k", "1")) == .status("OK"))
        let victim = try await cluster.master(of: "k")
        let others = (0..<100).map { "other:\($0)" }
        victim.pause()
        let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("SET", "k", "2"))
        }
        #expect(error?.code == .timeout && error?.maybeExecuted == true)
        try await eventually(within: .seconds(20), "another node has taken over") {
            (try? await client.send(RedisCommand("SET", "k", "3"))) == .status("OK")
        }
        victim.resume()
        try await eventually(within: .seconds(20), "it is a replica now") {
            try await victim.send(RedisCommand("ROLE")).elements?.first?.text == "slave"
        }
        for key in others + ["k"] {
            #expect(try await client.send(RedisCommand("SET", .init(key), "4")) == .status("OK"))
        }
        #expect(try await cluster.master(of: "k").send(RedisCommand("GET", "k")).text == "4")
        await client.close()
    }

    @Test("a cluster set to go on without missing slots serves the other keys and says which it cannot reach")
    func partial() async throws {
        let cluster = try await RedisCluster.start(nodeTimeout: 2000)
        for node in cluster.nodes {
            try await node.send(RedisCommand("CONFIG", "SET", "cluster-require-full-coverage", "no"))
        }
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        let victim = try await cluster.master(of: "k")
        let keys = (0..<200).map { "key:\($0)" }
        var others: [String] = []
        for key in keys where try await cluster.master(of: key).port != victim.port { others.append(key) }
        try await eventually("all are reached") { (keys + ["k"]).allSatisfy(client.isConnected(for:)) }
        try await victim.kill()
        try await eventually("it is missed") { !client.isConnected(for: "k") }
        let start = ContinuousClock.now
        for key in others {
            #expect(client.isConnected(for: key))
            #expect(try await client.send(RedisCommand("SET", .init(key), "1")) == .status("OK"))
        }
        // If each waited for the dead node, that would take minutes.
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(client.isConnected)
        // Found without anybody sending a command.
        try await eventually(within: .seconds(20), "its replica is found") { client.isConnected(for: "k") }
        #expect(try await client.send(RedisCommand("SET", "k", "1")) == .status("OK"))
        await client.close()
    }

    @Test("a blocked pop ends with its node and works on the next; a subscriber hears again")
    func blockedAndSubscribed() async throws {
        let cluster = try await RedisCluster.start()
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        let victim = try await cluster.master(of: "{s}")
        // The subscriber begins with the node that is about to die.
        let list = cluster.url.replacing("//", with: "//127.0.0.1:\(victim.port),")
        let blocking = RedisBlockingConnection(try RedisConfiguration(url: cluster.url), logger: quiet)
        let subscriber = RedisSubscriber(try RedisConfiguration(url: list), logger: quiet)
        var news = subscriber.subscribe(to: ["news"]).makeAsyncIterator()
        try await subscriber.confirmed(["news"])
        let pop = RedisCommand("BLMOVE", "{s}:from", "{s}:to", "RIGHT", "LEFT", "30")
        async let ended = failure { () async throws(RedisError) in try await blocking.send(pop, timeout: .seconds(30)) }
        try await eventually("a client is blocked") { try await victim.hasBlockedClient }
        try await victim.kill()
        let error = await ended
        #expect(error?.code == .connectionLost && error?.maybeExecuted == true)

        async let popped = eventually(within: .seconds(20), "it pops") {
            try? await blocking.send(pop, timeout: .seconds(30))
        }
        try await eventually(within: .seconds(20), "pushed") {
            (try? await client.send(RedisCommand("LPUSH", "{s}:from", "job"))) != nil
        }
        #expect(try await popped.text == "job")
        try await subscriber.confirmed(["news"])
        _ = try await client.send(RedisCommand("PUBLISH", "news", "again"))
        #expect(await news.next()?.text == "again")
        await client.close()
        await blocking.close()
        await subscriber.close()
    }

    @Test("all nodes are restarted: it heals without help, and tells of each new connection")
    func restarted() async throws {
        let cluster = try await RedisCluster.start()
        let client = RedisClient(try RedisConfiguration(url: cluster.url), logger: quiet)
        #expect(try await client.send(RedisCommand("SET", "k", "1")) == .status("OK"))
        for node in cluster.nodes { try await node.kill() }
        try await eventually("the client noticed") { !client.isConnected }
        var connections = client.connections().makeAsyncIterator()
        for node in cluster.nodes { try await node.restart() }
        #expect(await connections.next() ?? 0 > 3)
        try await eventually(within: .seconds(20), "it works again") {
            (try? await client.send(RedisCommand("SET", "k", "2"))) == .status("OK")
        }
        await client.close()
    }
}
