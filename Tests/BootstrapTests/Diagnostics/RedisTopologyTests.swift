import Logging
import Redis
import TestSupport
import Testing

@testable import Bootstrap

@Suite("Every server that jobs are written to is looked at")
struct RedisTopologyTests {
    @Test("each master of a cluster, and the one at fault is named", .timeLimit(.minutes(1)))
    func cluster() async throws {
        let cluster = try await RedisCluster.start()
        let evicting = cluster.nodes[1]
        try await evicting.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
        let facts = try await Self.facts(cluster.url)
        #expect(facts.count == 3 && facts.allSatisfy { $0["role"] == "master" && $0.clockAhead != nil })
        let dangerous = facts.flatMap { $0.diagnostics() }.filter { $0.severity == .failed }
        #expect(dangerous.map(\.name) == ["redis.eviction"])
        #expect(
            dangerous.first?.found.hasPrefix("127.0.0.1:\(evicting.port): maxmemory-policy is 'allkeys-lru'") == true)
    }

    @Test("the master behind sentinels", .timeLimit(.minutes(1)))
    func sentinels() async throws {
        let sentinels = try await RedisSentinels.start()
        let facts = try await Self.facts(sentinels.url)
        #expect(facts.map(\.server) == [nil] && facts[0]["role"] == "master")
        #expect(ServerCheck.refusal("Redis", facts.flatMap { $0.diagnostics() }) == nil)
    }

    private static func facts(_ url: String) async throws -> [RedisSnapshot] {
        let client = RedisClient(
            try RedisConfiguration(url: url), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let facts = try await RedisSnapshot.ofEachMaster(client)
        await client.close()
        return facts
    }
}
