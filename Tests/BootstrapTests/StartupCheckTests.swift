import Foundation
import Logging
import Postgres
import Redis
import TestSupport
import Testing

@testable import Bootstrap

@Suite("A process refuses servers it cannot work with")
struct StartupCheckTests {
    private static func facts(_ version: String, _ policy: String) -> RedisFacts {
        RedisFacts(info: "redis_version:\(version)\r\nmaxmemory_policy:\(policy)\r\n")
    }

    @Test("versions are compared by number, not by text")
    func versions() throws {
        let ten = try #require(ServerVersion("10.0.1"))
        let seven = try #require(ServerVersion("7.2-rc1"))
        #expect(seven < ten)
        #expect(try #require(ServerVersion("6.0.16")) < .oldestRedis)
        #expect(try #require(ServerVersion("6.2.0")) >= .oldestRedis)
        #expect(ServerVersion("unknown") == nil)
        #expect(ServerVersion(postgresNumber: 130_012) < .oldestPostgres)
        #expect(ServerVersion(postgresNumber: 150_004) == ServerVersion(major: 15, minor: 4))
    }

    @Test(
        "what Redis must not be",
        arguments: [
            ("5.0.14", "noeviction", "too old"), ("", "noeviction", "too old"),
            ("7.0.15", "allkeys-lru", "maxmemory-policy is 'allkeys-lru'"),
        ])
    func refusals(version: String, policy: String, expected: String) throws {
        let refusal = try #require(StartupCheck.refusal(of: Self.facts(version, policy)))
        #expect(refusal.kind == .configuration)
        #expect(refusal.message.contains(expected))
    }

    @Test("a server as it should be is accepted")
    func accepted() {
        #expect(StartupCheck.refusal(of: Self.facts("7.0.15", "noeviction")) == nil)
    }

    @Test(
        "each master of a cluster is looked at, and the one at fault is named; behind sentinels it is the master", .timeLimit(.minutes(1)))
    func topologies() async throws {
        let cluster = try await RedisCluster.start()
        let evicting = cluster.nodes[1]
        try await evicting.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
        let facts = try await Self.facts(cluster.url)
        #expect(facts.count == 3 && facts.allSatisfy { $0["role"] == "master" && $0.time != nil })
        let refusals = facts.compactMap(StartupCheck.refusal(of:))
        #expect(refusals.count == 1)
        #expect(refusals.first?.message.contains("Redis at 127.0.0.1:\(evicting.port): maxmemory-policy is 'allkeys-lru'") == true)

        let sentinels = try await RedisSentinels.start()
        let behind = try await Self.facts(sentinels.url)
        #expect(behind.map(\.server) == [nil] && behind[0]["role"] == "master")
        #expect(behind.compactMap(StartupCheck.refusal(of:)).isEmpty)
    }

    private static func facts(_ url: String) async throws -> [RedisFacts] {
        let client = RedisClient(try RedisConfiguration(url: url), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let facts = try await RedisFacts.ofEachMaster(client)
        await client.close()
        return facts
    }

    @Test("INFO is read line by line")
    func info() {
        let facts = RedisFacts(
            info: "# Server\r\nredis_version:7.0.15\r\n\r\n# Memory\r\nmaxmemory_policy:noeviction\r\nexe:a:b\r\nempty:\r\n")
        #expect(facts.version == ServerVersion(major: 7, minor: 0))
        #expect(facts.evictionPolicy == "noeviction")
        #expect(facts["exe"] == "a:b")
        #expect(facts["empty"] == "")
        #expect(facts["# Server"] == nil)
    }

    @Test("a database that is not there ends the start with a sentence and without the password", .timeLimit(.minutes(1)))
    func nobodyThere() async throws {
        let settings = try CommandSettings(
            checking: SettingsReader(
                values: ["DATABASE_URL": "postgres://shop:hunter2@127.0.0.1:1/shop", "REDIS_URL": "redis://127.0.0.1:1"]))
        let error = await #expect(throws: StartupError.self) {
            try await Connections.using(settings.database, settings.redis, logger: Logger(label: "test")) { _ in }
        }
        #expect(error?.kind == .unavailable)
        #expect(error?.message.hasPrefix("DATABASE_URL: ") == true)
        #expect(error?.message.contains("hunter2") == false)
    }
}
