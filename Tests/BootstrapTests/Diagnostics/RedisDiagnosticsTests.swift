import Testing

@testable import Bootstrap

@Suite("What is wrong with a server's settings is named, with its value and what to do")
struct RedisDiagnosticsTests {
    private static let good = [
        "redis_version": "7.0.15", "role": "master", "maxmemory_policy": "noeviction", "aof_enabled": "1",
    ]

    /// All that was found, or what is not as it should be.
    private func found(
        _ changes: [String: String] = [:], settings: [String: String] = ["appendfsync": "everysec", "save": ""],
        clockAhead: Double? = nil, databaseAhead: Double? = nil, server: String? = nil
    ) -> [Diagnostic] {
        let info = Self.good.merging(changes) { $1 }.map { "\($0):\($1)" }.joined(separator: "\r\n")
        return RedisSnapshot(info: info, settings: settings, clockAhead: clockAhead, server: server)
            .diagnostics(databaseAhead: databaseAhead)
    }

    private func wrong(
        _ changes: [String: String] = [:], settings: [String: String] = ["appendfsync": "everysec", "save": ""],
        clockAhead: Double? = nil, databaseAhead: Double? = nil
    ) -> [Diagnostic] {
        found(changes, settings: settings, clockAhead: clockAhead, databaseAhead: databaseAhead)
            .filter { $0.severity != .ok }
    }

    @Test("nothing, where nothing is")
    func good() {
        #expect(found().map(\.name) == ["redis", "redis.role", "redis.eviction", "redis.persistence"])
        #expect(wrong() == [])
        #expect(wrong(["redis_version": "10.0.1"]) == [])
        #expect(wrong(["redis_version": "7.2-rc1"]) == [])
        #expect(wrong(["redis_version": "6.2.0"]) == [])
        #expect(wrong(["aof_enabled": "0"], settings: ["save": "3600 1"]) == [], "snapshots are kept")
        #expect(wrong(clockAhead: 3600, databaseAhead: 3599) == [], "this machine's own clock is of no account")
    }

    @Test(
        "what no process starts with",
        arguments: [
            ("redis_version", "5.0.14", "version 5.0.14", "6.2"), ("redis_version", "", "version ", "6.2"),
            (
                "maxmemory_policy", "allkeys-lru", "maxmemory-policy is 'allkeys-lru'",
                "config set maxmemory-policy noeviction"
            ),
            ("maxmemory_policy", "volatile-ttl", "maxmemory-policy is 'volatile-ttl'", "noeviction"),
            ("role", "slave", "role is 'slave'", "primary"),
        ])
    func dangerous(field: String, value: String, says: String, advice: String) throws {
        let found = wrong([field: value])
        #expect(found.map(\.severity) == [.failed])
        let refusal = try #require(ServerCheck.refusal("REDIS_URL: Redis", found))
        #expect(refusal.message.hasPrefix("REDIS_URL: Redis: "))
        #expect(refusal.message.contains(says))
        #expect(refusal.message.contains(advice))
    }

    @Test("what is only said")
    func worrying() {
        for (found, says, advice) in [
            (wrong(["aof_enabled": "0"]), "appendonly is 'no'", "config set appendonly yes"),
            (wrong(settings: ["appendfsync": "no"]), "appendfsync is 'no'", "config set appendfsync everysec"),
            (wrong(["loading": "1"]), "still loading", "Wait"),
            (wrong(clockAhead: -1.5, databaseAhead: 1), "clock is 2.5 s behind PostgreSQL's", "NTP"),
            (wrong(clockAhead: 5, databaseAhead: 1.9), "clock is 3.1 s ahead of PostgreSQL's", "NTP"),
            (wrong(clockAhead: 100), "clock is 100.0 s ahead of this machine's", "NTP"),
        ] {
            #expect(found.map(\.severity) == [.warning])
            #expect(ServerCheck.refusal("REDIS_URL: Redis", found) == nil)
            #expect(found.first.map { "\($0)".contains(says) && "\($0)".contains(advice) } == true, "\(found)")
        }
    }

    @Test("a Redis that cannot write its file fails, and yet processes start: orders are safe in PostgreSQL")
    func unwritable() {
        let found = wrong(["aof_last_write_status": "err"])
        #expect(found.map(\.severity) == [.failed])
        #expect(ServerCheck.refusal("REDIS_URL: Redis", found) == nil)
    }

    @Test("clocks that nobody can tell are not judged, nor are those within two seconds")
    func clocks() {
        #expect(wrong(databaseAhead: 100) == [])
        #expect(wrong(clockAhead: 2, databaseAhead: 0) == [])
        #expect(wrong(clockAhead: 2.1, databaseAhead: 0) != [])
    }

    @Test("one of several servers is named")
    func several() {
        let found = found(["maxmemory_policy": "allkeys-lfu", "aof_enabled": "0"], server: "10.0.0.5:7001")
        #expect(found.filter { $0.severity != .ok }.map(\.name) == ["redis.eviction", "redis.persistence"])
        #expect(found.allSatisfy { $0.found.hasPrefix("10.0.0.5:7001: ") })
    }

    @Test("a server that lets nobody read its settings is not accused of what it does not tell")
    func silent() {
        #expect(wrong(settings: [:]) == [])
        #expect(wrong(["aof_enabled": "0"], settings: [:]).first?.found.contains("no word of snapshots") == true)
        #expect(wrong(["aof_enabled": "0"], settings: ["save": ""]).first?.found.contains("no snapshots") == true)
    }

    @Test("INFO is read line by line")
    func info() {
        let facts = RedisSnapshot(
            info:
                """
                # Server\r\nredis_version:7.0.15\r\n\r\n# Memory\r\nmaxmemory_policy:noeviction\r\nexe:a:b\r\nempty:\r\n
                """
        )
        #expect(facts.version == ServerVersion(major: 7, minor: 0))
        #expect(facts.evictionPolicy == "noeviction")
        #expect(facts["exe"] == "a:b")
        #expect(facts["empty"] == "")
        #expect(facts["# Server"] == nil)
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
}
