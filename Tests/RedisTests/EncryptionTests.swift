import Redis
import TestSupport
import Testing

@Suite(
    "rediss:// is Redis over TLS: everything works, and nobody is talked to who does not prove himself", .serialized,
    .timeLimit(.minutes(2)))
struct EncryptionTests {
    private func with<Value>(
        _ url: String, _ change: (inout RedisConfiguration) -> Void = { _ in },
        _ body: (RedisClient) async throws -> Value
    ) async throws -> Value {
        var configuration = try RedisConfiguration(url: url)
        change(&configuration)
        let client = RedisClient(configuration, logger: quiet)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    @Test("commands, long values, pipelines, subscriptions and blocking calls", arguments: ["localhost", "127.0.0.1"])
    func works(host: String) async throws {
        let certificate = try await TestCertificate()
        let port = try FreePort.next()
        let server = try await RedisServer.start(certificate.redisSettings(port: port) + ["requirepass s/cret@"])
        let url = "rediss://:s%2Fcret%40@\(host):\(port)/2?ca=\(certificate.file)"
        try await with(url) { client async throws in
            let long = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            _ = try await client.send(RedisCommand("SET", "long", .init(long)))
            #expect(try await client.send(RedisCommand("GET", "long")).bytes == long)
            let replies = try await client.send((0..<5_000).map { RedisCommand("INCRBY", "n", .init($0)) })
            #expect(replies.last?.int == (0..<5_000).reduce(0, +))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<20 {
                    group.addTask { () async throws in
                        for number in 0..<50 {
                            let word = "\(task)-\(number)"
                            #expect(try await client.send(RedisCommand("ECHO", .init(word))).text == word)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let subscriber = RedisSubscriber(try RedisConfiguration(url: url), logger: quiet)
            var news = subscriber.subscribe(to: ["news"]).makeAsyncIterator()
            try await subscriber.confirmed(["news"])
            _ = try await client.send(RedisCommand("PUBLISH", "news", "here"))
            #expect(await news.next()?.payload == Array("here".utf8))
            await subscriber.close()
            let blocking = RedisBlockingConnection(try RedisConfiguration(url: url), logger: quiet)
            async let popped = blocking.send(RedisCommand("BLPOP", "list", "5"), timeout: .seconds(5))
            _ = try await client.send(RedisCommand("LPUSH", "list", "job"))
            #expect(try await popped.elements?.last?.text == "job")
            await blocking.close()
        }
        withExtendedLifetime(server) {}
    }

    @Test("after a restart the connection comes back by itself")
    func reconnects() async throws {
        let certificate = try await TestCertificate()
        let port = try FreePort.next()
        let server = try await RedisServer.start(
            certificate.redisSettings(port: port) + ["appendonly yes", "appendfsync always"])
        try await with("rediss://localhost:\(port)?ca=\(certificate.file)") { client async throws in
            for number in 1...3 {
                try await eventually(within: .seconds(10), "it is written") {
                    (try? await client.send(RedisCommand("SET", "n", .init(number)))) != nil
                }
                try await server.restart()
            }
            try await eventually(within: .seconds(10), "it is read") {
                (try? await client.send(RedisCommand("GET", "n")).int) == 3
            }
        }
    }

    @Test("servers that ask for a certificate get one, and whoever has none is told so")
    func clientCertificate() async throws {
        let certificate = try await TestCertificate()
        let port = try FreePort.next()
        let server = try await RedisServer.start(certificate.redisSettings(port: port, asks: true))
        let url = "rediss://localhost:\(port)?ca=\(certificate.file)"
        try await with("\(url)&cert=\(certificate.file)&key=\(certificate.keyFile)") { client async throws in
            #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
        }
        try await expectRefusal(url, "asks for a certificate")
        let stranger = try await TestCertificate()
        // The server hangs up on this one, and its reason may be lost on the way.
        let distrusted = try await failure("\(url)&cert=\(stranger.file)&key=\(stranger.keyFile)")
        #expect(distrusted?.message.contains("'cert'") == true, "\(String(describing: distrusted))")
        withExtendedLifetime(server) {}
    }

    @Test("what cannot be trusted, or is no TLS, is refused for what it is")
    func refusals() async throws {
        let (certificate, stranger) = (try await TestCertificate(), try await TestCertificate())
        let elsewhere = try await TestCertificate(for: "DNS:redis.example")
        let (port, otherPort) = (try FreePort.next(), try FreePort.next())
        let server = try await RedisServer.start(certificate.redisSettings(port: port))
        let other = try await RedisServer.start(elsewhere.redisSettings(port: otherPort))
        // Authorities of the system, of a stranger, a file that is not there, a file that is something else.
        try await expectRefusal("rediss://localhost:\(port)", "not trusted")
        try await expectRefusal("rediss://localhost:\(port)?ca=\(stranger.file)", "not trusted")
        try await expectRefusal("rediss://localhost:\(port)?ca=/nowhere/ca.pem", "'ca' names cannot be used")
        try await expectRefusal("rediss://localhost:\(port)?ca=\(certificate.keyFile)", "'ca' names cannot be used")
        try await expectRefusal(
            "rediss://localhost:\(port)?ca=\(certificate.file)&cert=\(certificate.file)&key=\(stranger.keyFile)",
            "'key' names cannot be used")
        // Another's name, and with `server-name` it is the one that is meant.
        for host in ["localhost", "127.0.0.1"] {
            try await expectRefusal("rediss://\(host):\(otherPort)?ca=\(elsewhere.file)", "not trusted")
            try await with("rediss://\(host):\(otherPort)?ca=\(elsewhere.file)&server-name=redis.example") {
                client async throws in
                #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
            }
        }
        try await expectRefusal(
            "rediss://localhost:\(port)?ca=\(certificate.file)&server-name=redis.example", "not trusted")
        // Redis takes what it hears for the beginning of a command, and waits for more.
        let spokenTo = try await failure("rediss://localhost:\(server.port)?ca=\(certificate.file)")
        #expect(spokenTo?.message.contains("is this its TLS port?") == true, "\(String(describing: spokenTo))")
        let plain = try await failure("redis://localhost:\(port)")
        #expect(plain?.message.contains("use rediss://") == true, "\(String(describing: plain))")
        withExtendedLifetime(other) {}
    }

    @Test("a server that says nothing is given up in time")
    func silence() async throws {
        let certificate = try await TestCertificate()
        let port = try FreePort.next()
        let server = try await RedisServer.start(certificate.redisSettings(port: port))
        let proxy = try TCPProxy(to: port)
        proxy.pause()
        let error = try await failure("rediss://localhost:\(proxy.port)?ca=\(certificate.file)")
        #expect(error?.isTransient == true, "\(String(describing: error))")
        try await with("rediss://localhost:\(proxy.port)?ca=\(certificate.file)") { client async throws in
            proxy.resume()
            try await eventually(within: .seconds(10), "it answers") {
                (try? await client.send(RedisCommand("PING"))) != nil
            }
        }
        withExtendedLifetime(server) {}
    }

    @Test("sentinels and their master, and the next master after its death")
    func sentinels() async throws {
        let certificate = try await TestCertificate()
        let ports = [try FreePort.next(), try FreePort.next()]
        let replication = ["tls-replication yes", "repl-diskless-sync-delay 0"]
        let master = try await RedisServer.start(certificate.redisSettings(port: ports[0]) + replication)
        let replica = try await RedisServer.start(
            certificate.redisSettings(port: ports[1]) + replication + ["replicaof 127.0.0.1 \(ports[0])"])
        try await eventually(within: .seconds(20), "the replica is in step") {
            try await replica.send(RedisCommand("INFO", "replication")).text?.contains("master_link_status:up") == true
        }
        let watch = try FreePort.next()
        let sentinel = try await RedisServer.startSentinel(
            certificate.redisSettings(port: watch) + [
                "tls-replication yes", "sentinel monitor shop 127.0.0.1 \(ports[0]) 1",
                "sentinel down-after-milliseconds shop 500",
                "sentinel failover-timeout shop 3000",
            ])
        try await eventually(within: .seconds(20), "the sentinel knows the replica") {
            try await sentinel.send(RedisCommand("SENTINEL", "REPLICAS", "shop")).elements?.count == 1
        }
        try await with("rediss+sentinel://localhost:\(watch)/shop?ca=\(certificate.file)") { client async throws in
            _ = try await client.send(RedisCommand("SET", "n", "1"))
            try await master.kill()
            try await eventually(within: .seconds(30), "the new master takes writes") {
                (try? await client.send(RedisCommand("SET", "n", "2"))) != nil
            }
            #expect(try await replica.send(RedisCommand("GET", "n")).text == "2")
        }
    }

    @Test("a cluster, each node of it")
    func cluster() async throws {
        let certificate = try await TestCertificate()
        let cluster = try await RedisCluster.start(certificate: certificate)
        try await with(cluster.url) { client async throws in
            for number in 0..<50 {
                _ = try await client.send(RedisCommand("SET", .init("key-\(number)"), .init(number)))
                #expect(try await client.send(RedisCommand("GET", .init("key-\(number)"))).int == number)
            }
            #expect(try await client.sendToEachMaster([RedisCommand("PING")]).count == 3)
        }
    }

    private func failure(_ url: String) async throws -> RedisError? {
        try await with(url, { $0.commandTimeout = .seconds(3) }) { client async throws in
            do {
                _ = try await client.send(RedisCommand("PING"))
                return nil
            } catch let error as RedisError {
                return error
            }
        }
    }

    private func expectRefusal(_ url: String, _ reason: String) async throws {
        let error = try await failure(url)
        #expect(error?.code == .refused, "\(url): \(String(describing: error))")
        #expect(error?.message.contains(reason) == true, "\(url): \(String(describing: error))")
        #expect(error?.isTransient == false)
    }
}
