import Redis
import TestSupport
import Testing

@Suite("Behind sentinels: the master is found, and only the master is used")
struct SentinelTests {
    @Test(
        "everything works as with one server, whether or not the sentinels want a password",
        arguments: [nil, "watchword"])
    func works(sentinelPassword: String?) async throws {
        let redis = try await RedisSentinels.start(sentinelPassword: sentinelPassword)
        let configuration = try RedisConfiguration(url: redis.url)
        let client = RedisClient(configuration, logger: quiet)
        let blocking = RedisBlockingConnection(configuration, logger: quiet)
        let subscriber = RedisSubscriber(configuration, logger: quiet)

        #expect(try await client.send(RedisCommand("SET", "{a}:1", "x")) == .status("OK"))
        #expect(
            try await client.send([RedisCommand("GET", "{a}:1"), RedisCommand("GET", "b")]) == [.string([120]), .null])
        let script = RedisScript(name: "get", source: "return redis.call('GET', KEYS[1])")
        #expect(try await client.evaluate(script, keys: ["{a}:1"], arguments: []).text == "x")
        #expect(try await client.sendToEachMaster([RedisCommand("DBSIZE")]).map(\.values) == [[.integer(1)]])
        var keys: [String] = []
        for try await key in client.scan(match: "{a}*") { keys.append(key) }
        #expect(keys == ["{a}:1"])
        #expect(client.isConnected && client.isConnected(for: "a"))

        var news = subscriber.subscribe(to: ["news"]).makeAsyncIterator()
        try await subscriber.confirmed(["news"])
        #expect(try await client.send(RedisCommand("PUBLISH", "news", "hello")).int == 1)
        #expect(await news.next()?.text == "hello")

        async let popped = blocking.send(
            RedisCommand("BLMOVE", "from", "to", "RIGHT", "LEFT", "5"), timeout: .seconds(5))
        _ = try await client.send(RedisCommand("LPUSH", "from", "job"))
        #expect(try await popped.text == "job")

        await client.close()
        await blocking.close()
        await subscriber.close()
    }

    @Test("an unknown name, and sentinels that are not there, are told to whoever waits")
    func nobody() async throws {
        let redis = try await RedisSentinels.start()
        func reason(_ url: String) async throws -> RedisError? {
            var configuration = try RedisConfiguration(url: url)
            configuration.commandTimeout = .seconds(2)
            let client = RedisClient(configuration, logger: quiet)
            let error = await failure { () async throws(RedisError) in try await client.send(RedisCommand("PING")) }
            await client.close()
            return error
        }
        let unknown = try await reason(redis.url.replacing("/shop/", with: "/shoop/"))
        #expect(unknown?.code == .connectFailed && unknown?.message.contains("no master called 'shoop'") == true)
        let refused = try await reason("redis+sentinel://127.0.0.1:\(try FreePort.next())/shop")
        #expect(refused?.code == .connectFailed && refused?.message.contains("refused") == true)
        let password = try await reason(redis.url.replacing("//", with: "//:hunter2@"))
        #expect(password?.code == .refused && password?.message.contains("hunter2") == false)
    }

    @Test("one sentinel of three is enough to find the master, wherever it stands in the list", arguments: [0, 1, 2])
    func oneSentinel(alive: Int) async throws {
        let redis = try await RedisSentinels.start()
        for (index, sentinel) in redis.sentinels.enumerated() where index != alive { try await sentinel.kill() }
        let client = RedisClient(try RedisConfiguration(url: redis.url), logger: quiet)
        #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
        await client.close()
    }

    @Test("a replica that a sentinel takes for the master is not used; the next sentinel is asked")
    func replicaNamed() async throws {
        let redis = try await RedisSentinels.start()
        let replica = redis.servers[1].port
        // No real sentinel can be brought to be wrong at the right moment.
        let mistaken = try ScriptedServer { peer in
            while true {
                let count = Int(try peer.readLine().dropFirst()) ?? 0
                var words: [String] = []
                for _ in 0..<count {
                    _ = try peer.readLine()
                    words.append(try peer.readLine())
                }
                switch words.prefix(2).joined(separator: " ") {
                case "SENTINEL GET-MASTER-ADDR-BY-NAME":
                    try peer.write("*2\r\n$9\r\n127.0.0.1\r\n$\("\(replica)".count)\r\n\(replica)\r\n")
                case "SENTINEL MASTER": try peer.write("*2\r\n$12\r\nconfig-epoch\r\n$2\r\n99\r\n")
                case "SUBSCRIBE +switch-master":
                    try peer.write("*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n")
                default: try peer.write("+OK\r\n")
                }
            }
        }
        let url = redis.url.replacing("//", with: "//127.0.0.1:\(mistaken.port),")
        let client = RedisClient(try RedisConfiguration(url: url), logger: quiet)
        #expect(try await client.send(RedisCommand("SET", "k", "v")) == .status("OK"))
        #expect(mistaken.connections > 0)
        let role = try await client.send(RedisCommand("ROLE")).elements?.first?.text
        #expect(role == "master")
        await client.close()
        mistaken.stop()
    }
}
