import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import Storage
import TestSupport
import Testing

@testable import Bootstrap

@Suite(
    "A process waits for servers that are away, and refuses those that will not do",
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct ServerWatchTests {
    private let log = RecordedLog()

    /// A watch over a database and a Redis, whose connections are closed at the end.
    private func withWatch<Value>(database: String? = nil, redis: String, _ body: (ServerWatch) async throws -> Value)
        async throws -> Value
    {
        let settings = try CommandSettings(
            checking: SettingsReader(values: [
                "DATABASE_URL": try database ?? TestDatabase.current.url, "REDIS_URL": redis,
            ]))
        var database = settings.database
        database.configuration.acquireTimeout = .seconds(1)
        let connections = Connections(database, settings.redis, logger: log.logger)
        let result: Result<Value, any Error>
        do { result = .success(try await body(ServerWatch(connections, logger: log.logger))) } catch {
            result = .failure(error)
        }
        await connections.close()
        return try result.get()
    }

    /// The address of the suite's database with something changed about it.
    private func database(_ change: (inout URLComponents) -> Void) throws -> String {
        var parts = try #require(URLComponents(string: try TestDatabase.current.url))
        change(&parts)
        return try #require(parts.string)
    }

    @Test("usable servers are accepted, and their weaknesses are said once")
    func usable() async throws {
        let server = try await RedisServer.start(["appendonly yes", "appendfsync no"])
        try await withWatch(redis: server.url) { watch in
            #expect(!watch.status.isUsable)
            try await watch.start()
            #expect(watch.status.isUsable)
            #expect(watch.status.dangers == [])
            #expect(
                log.messages(.warning).filter {
                    $0.contains("appendfsync is 'no'") && $0.contains("appendfsync everysec")
                }.count == 1)
            #expect(log.messages(.error) == [])
        }
    }

    @Test("Redis that is away at start is waited for", .timeLimit(.minutes(1)))
    func redisAway() async throws {
        let server = try await RedisServer.start(["appendonly yes"])
        try await server.stop()
        try await withWatch(redis: server.url) { watch in
            async let start: Void = { _ = try await watch.start() }()
            try await eventually(within: .seconds(20), "it says what it waits for") {
                log.messages(.warning).contains { $0.contains("waiting for Redis") && $0.contains("REDIS_URL") }
            }
            #expect(!watch.status.isUsable)
            try await server.restart()
            let back = ContinuousClock.now
            try await start
            #expect(.now - back < .seconds(5))
            #expect(watch.status.isUsable)
            #expect(
                log.messages(.warning).filter { $0.contains("waiting for") }.count == 1, "once, not every time it looks"
            )
        }
    }

    @Test("PostgreSQL that is away at start is waited for", .timeLimit(.minutes(1)))
    func databaseAway() async throws {
        let server = try await RedisServer.start(["appendonly yes"])
        let proxy = try TCPProxy(to: try #require(URLComponents(string: try TestDatabase.current.url)?.port))
        proxy.refuse()
        let url = try database {
            $0.host = "127.0.0.1"
            $0.port = proxy.port
        }
        try await withWatch(database: url, redis: server.url) { watch in
            async let start: Void = { _ = try await watch.start() }()
            try await eventually(within: .seconds(20), "it says what it waits for") {
                log.messages(.warning).contains { $0.contains("waiting for PostgreSQL") && $0.contains("DATABASE_URL") }
            }
            proxy.accept()
            let back = ContinuousClock.now
            try await start
            #expect(.now - back < .seconds(5))
        }
        withExtendedLifetime(proxy) {}
    }

    @Test("a wait ends when it is canceled", .timeLimit(.minutes(1)))
    func canceled() async throws {
        try await withWatch(database: "postgres://127.0.0.1:1/none", redis: "redis://127.0.0.1:1") { watch in
            let start = Task { try await watch.start() }
            try await eventually(within: .seconds(20), "it waits for both") {
                log.messages(.warning).filter { $0.contains("waiting for") }.count == 2
            }
            start.cancel()
            await #expect(throws: CancellationError.self) { try await start.value }
        }
    }

    @Test("a database that refuses ends the start, with a sentence and without the password", .timeLimit(.minutes(1)))
    func refusedByDatabase() async throws {
        // Redis is away: the refusal is not to wait for it.
        for url in [
            try database { $0.path = "/no_such_database" },
            try database { ($0.user, $0.password) = ("nobody", "hunter2") },
        ] {
            let error = try await withWatch(database: url, redis: "redis://127.0.0.1:1") { watch in
                await #expect(throws: StartupError.self) { try await watch.start() }
            }
            #expect(error?.message.hasPrefix("DATABASE_URL: ") == true)
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test("pending migrations end the start", .timeLimit(.minutes(1)))
    func pending() async throws {
        try await TestDatabase.with { empty in
            let error = try await withWatch(database: empty.url, redis: "redis://127.0.0.1:1") { watch in
                await #expect(throws: StartupError.self) { try await watch.start() }
            }
            #expect(error?.message.contains("cartwright migrate") == true)
        }
    }

    @Test("a Redis that refuses ends the start, with a sentence and without the password", .timeLimit(.minutes(1)))
    func refusedByRedis() async throws {
        let server = try await RedisServer.start(["requirepass correct-horse"])
        for url in [
            server.url, "redis://:hunter2@127.0.0.1:\(server.port)",
            "redis://:correct-horse@127.0.0.1:\(server.port)/99",
        ] {
            let error = try await withWatch(database: "postgres://127.0.0.1:1/none", redis: url) { watch in
                await #expect(throws: StartupError.self) { try await watch.start() }
            }
            #expect(error?.message.hasPrefix("REDIS_URL: ") == true)
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test("a Redis that drops jobs ends the start", .timeLimit(.minutes(1)))
    func evicting() async throws {
        let server = try await RedisServer.start(["maxmemory-policy allkeys-lru"])
        let error = try await withWatch(redis: server.url) { watch in
            await #expect(throws: StartupError.self) { try await watch.start() }
        }
        #expect(error?.message.contains("maxmemory-policy is 'allkeys-lru'") == true)
    }

    @Test(
        "a Redis that comes back with dangerous settings is reported each time, until they are mended",
        .timeLimit(.minutes(2)))
    func replaced() async throws {
        let server = try await RedisServer.start(["appendonly yes"])
        let path = "\(server.directory)/redis.conf"
        let good = try String(contentsOfFile: path, encoding: .utf8)
        try await withWatch(redis: server.url) { watch in
            let running = Task { try await watch.run() }
            try await eventually(within: .seconds(20), "it has started") { watch.status.isUsable }
            for round in 1...2 {
                let before = log.messages(.error).count
                try (good + "\nmaxmemory-policy allkeys-lru\nappendonly no\n").write(
                    toFile: path, atomically: true, encoding: .utf8)
                try await server.restart()
                try await eventually(within: .seconds(20), "the danger is known, round \(round)") {
                    watch.status.dangers.map(\.name) == ["redis.eviction"]
                }
                #expect(log.messages(.error).count > before)
                #expect(
                    log.messages(.error).allSatisfy {
                        $0.contains("maxmemory-policy is 'allkeys-lru'") && $0.contains("noeviction")
                    })
                #expect(watch.status.isUsable, "the process goes on")
                try good.write(toFile: path, atomically: true, encoding: .utf8)
                if round == 1 {
                    try await server.restart()
                } else {
                    let client = RedisClient(try RedisConfiguration(url: server.url), logger: log.logger)
                    _ = try await client.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", "noeviction"))
                    await client.close()
                }
                try await eventually(within: .seconds(30), "the remedy is noticed, round \(round)") {
                    watch.status.dangers.isEmpty
                }
            }
            #expect(log.messages(.warning).contains { $0.contains("appendonly is 'no'") })
            running.cancel()
            try await running.value
        }
    }

    @Test("work that is to begin with usable servers begins then, and never when shutdown comes first")
    func onceUsable() async throws {
        let status = ServerStatus()
        async let early = status.waitUntilUsable()
        let canceled = Task { await ServerStatus().waitUntilUsable() }
        canceled.cancel()
        #expect(await canceled.value == false)
        status.becameUsable()
        #expect(await early)
        #expect(await status.waitUntilUsable())
    }
}
