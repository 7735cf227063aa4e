import Redis
import TestSupport
import Testing

@Suite("A cluster: each command finds the node of its key")
struct ClusterTests {
    @Test("everything works as with one server")
    func works() async throws {
        let cluster = try await RedisCluster.start()
        let configuration = try RedisConfiguration(url: cluster.url)
        let client = RedisClient(configuration, logger: quiet)

        try await single(client)
        try await batches(client)
        try await scripts(client)
        try await perNode(client)
        try await signals(client, configuration)
        await client.close()
        #expect(
            await failure { () async throws(RedisError) in try await client.send(RedisCommand("GET", "k")) }?.code
                == .closed)
        #expect(
            await failure { () async throws(RedisError) in try await client.send([RedisCommand("GET", "k")]) }?.code
                == .closed)
    }

    private func single(_ client: RedisClient) async throws {
        for number in 0..<300 {
            #expect(try await client.send(RedisCommand("SET", "key:\(number)", .init(number))) == .status("OK"))
        }
        let wrong = await failure { () async throws(RedisError) in
            try await client.send(RedisCommand("LPUSH", "key:1", "x"))
        }
        #expect(wrong?.code == .server("WRONGTYPE"))
        let crossing = await failure { () async throws(RedisError) in
            try await client.send(RedisCommand("DEL", "key:1", "key:2"))
        }
        #expect(crossing?.code == .server("CROSSSLOT"))
    }

    private func batches(_ client: RedisClient) async throws {
        let values = try await client.send((0..<300).map { RedisCommand("GET", "key:\($0)") })
        #expect(values.map(\.int) == Array(0..<300))
        let mixed = try await client.send([
            RedisCommand("RPUSH", "{l}:a", "1"), RedisCommand("PING"), RedisCommand("GET", "{l}:a"),
            RedisCommand("RPUSH", "{l}:a", "2"),
            RedisCommand("GET", "key:7"),
        ])
        #expect(mixed[0] == .integer(1) && mixed[1] == .status("PONG") && mixed[3] == .integer(2) && mixed[4].int == 7)
        #expect(mixed[2] == .error("WRONGTYPE Operation against a key holding the wrong kind of value"))
        #expect(try await client.send([]) == [])
        let refused = await failure { () async throws(RedisError) in
            try await client.send([RedisCommand("SET", "never", "1"), RedisCommand("FLUSHALL")])
        }
        #expect(refused?.code == .unroutable && refused?.maybeExecuted == false)
        #expect(try await client.send(RedisCommand("EXISTS", "never")).int == 0)
    }

    private func scripts(_ client: RedisClient) async throws {
        let both = RedisScript(
            name: "both", source: "return {redis.call('INCR', KEYS[1]), redis.call('INCR', KEYS[2])}")
        for tag in ["a", "b", "c", "d", "e", "f"] {
            let counts = try await client.evaluate(both, keys: ["{\(tag)}:1", "{\(tag)}:2"], arguments: [])
            #expect(counts == .array([.integer(1), .integer(1)]))
        }
        _ = try await client.sendToEachMaster([RedisCommand("SCRIPT", "FLUSH")])
        #expect(
            try await client.evaluate(both, keys: ["{a}:1", "{a}:2"], arguments: [])
                == .array([.integer(2), .integer(2)]))
        let crossing = await failure { () async throws(RedisError) in
            try await client.evaluate(both, keys: ["{a}:1", "{b}:2"], arguments: [])
        }
        #expect(crossing?.code == .unroutable && crossing?.message.contains("script both") == true)
        #expect(
            try await client.evaluate(RedisScript(name: "none", source: "return 7"), keys: [], arguments: []).int == 7)
    }

    private func perNode(_ client: RedisClient) async throws {
        let infos = try await client.sendToEachMaster([RedisCommand("INFO", "replication"), RedisCommand("DBSIZE")])
        #expect(infos.count == 3 && Set(infos.map(\.server)).count == 3)
        #expect(infos.allSatisfy { $0.values[0].text?.contains("role:master") == true })
        #expect(infos.allSatisfy { ($0.values[1].int ?? 0) > 30 }, "the keys lie on all three")
        var found: Set<String> = []
        for try await key in client.scan(match: "key:*", count: 10) { found.insert(key) }
        #expect(found == Set((0..<300).map { "key:\($0)" }))
        let refused = await failure { () async throws(RedisError) in try await client.send(RedisCommand("SCAN", 0)) }
        #expect(refused?.code == .unroutable)
    }

    private func signals(_ client: RedisClient, _ configuration: RedisConfiguration) async throws {
        let subscriber = RedisSubscriber(configuration, logger: quiet)
        var news = subscriber.subscribe(to: ["news"]).makeAsyncIterator()
        try await subscriber.confirmed(["news"])
        // By whichever node.
        for number in 0..<10 { _ = try await client.send(RedisCommand("PUBLISH", "news", .init(number))) }
        var heard: Set<String> = []
        for _ in 0..<10 { heard.insert(await news.next()?.text ?? "") }
        #expect(heard == Set((0..<10).map(String.init)))
        await subscriber.close()

        let blocking = RedisBlockingConnection(configuration, logger: quiet)
        for tag in ["q1", "q2", "q3", "q4"] {
            async let popped = blocking.send(
                RedisCommand("BLMOVE", "{\(tag)}:from", "{\(tag)}:to", "RIGHT", "LEFT", "5"), timeout: .seconds(5))
            _ = try await client.send(RedisCommand("LPUSH", "{\(tag)}:from", "job"))
            #expect(try await popped.text == "job")
        }
        let task = Task {
            await failure { () async throws(RedisError) in
                try await blocking.send(RedisCommand("BLPOP", "none", "30"), timeout: .seconds(30))
            }
        }
        try await eventually("a client is blocked") {
            try await client.sendToEachMaster([RedisCommand("INFO", "clients")]).contains {
                $0.values[0].text?.contains("blocked_clients:1\r\n") == true
            }
        }
        task.cancel()
        #expect(await task.value?.code == .canceled)
        await blocking.close()
    }

    @Test("one node that answers is enough to find all the others")
    func oneSeed() async throws {
        let cluster = try await RedisCluster.start()
        let seeds =
            "127.0.0.1:\(try FreePort.next()),127.0.0.1:\(cluster.nodes[4].port),127.0.0.1:\(try FreePort.next())"
        let client = RedisClient(try RedisConfiguration(url: "redis+cluster://\(seeds)"), logger: quiet)
        for number in 0..<20 { #expect(try await client.send(RedisCommand("INCR", "key:\(number)")).int == 1) }
        await client.close()
    }

    @Test("a slot that nobody serves is told as such, in time, and found when somebody does")
    func orphanedSlot() async throws {
        let cluster = try await RedisCluster.start()
        let slot = RedisArgument(try await cluster.slot(of: "k"))
        let owner = try await cluster.master(of: "k")
        let heir = try await cluster.master(besides: owner)
        for node in cluster.nodes {
            try await node.send(RedisCommand("CONFIG", "SET", "cluster-require-full-coverage", "no"))
            try await node.send(RedisCommand("CLUSTER", "DELSLOTS", slot))
        }
        var configuration = try RedisConfiguration(url: cluster.url)
        configuration.commandTimeout = .milliseconds(500)
        let client = RedisClient(configuration, logger: quiet)
        let start = ContinuousClock.now
        let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("GET", "k")) }
        #expect(error?.isTransient == true && error?.maybeExecuted == false)
        let batch = await failure { () async throws(RedisError) in try await client.send([RedisCommand("GET", "k")]) }
        #expect(
            batch?.code == .connectFailed && batch?.message.contains("no node of the cluster serves the slot") == true)
        #expect(ContinuousClock.now - start < .seconds(15))
        try await heir.send(RedisCommand("CLUSTER", "ADDSLOTS", slot))
        try await eventually("the slot is found") {
            (try? await client.send(RedisCommand("SET", "k", "v"))) == .status("OK")
        }
        #expect(try await heir.send(RedisCommand("GET", "k")).text == "v")
        await client.close()
    }

    @Test("what is no cluster, and nodes that are not there, are told to whoever waits, in time")
    func nobody() async throws {
        let single = try await RedisServer.start()
        for (port, text) in [(single.port, "cluster support disabled"), (try FreePort.next(), "refused")] {
            var configuration = try RedisConfiguration(url: "redis+cluster://127.0.0.1:\(port)")
            configuration.commandTimeout = .milliseconds(500)
            let client = RedisClient(configuration, logger: quiet)
            let start = ContinuousClock.now
            let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("GET", "k")) }
            #expect(error?.code == .connectFailed && error?.maybeExecuted == false)
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
            #expect(
                await failure { () async throws(RedisError) in try await client.sendToEachMaster([]) }?.code
                    == .connectFailed)
            #expect(ContinuousClock.now - start < .seconds(15))
            await client.close()
        }
    }
}
