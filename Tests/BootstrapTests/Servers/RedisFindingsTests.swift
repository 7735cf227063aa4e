import Testing

@testable import Bootstrap

@Suite("What is wrong with a server's settings is named, with its value and a remedy")
struct RedisFindingsTests {
    private static let good = [
        "redis_version": "7.0.15", "role": "master", "maxmemory_policy": "noeviction", "aof_enabled": "1",
    ]

    private func findings(
        _ changes: [String: String] = [:], settings: [String: String] = ["appendfsync": "everysec", "save": ""],
        clockAhead: Double? = nil,
        databaseAhead: Double? = nil, server: String? = nil
    ) -> [ServerFinding] {
        let info = Self.good.merging(changes) { $1 }.map { "\($0):\($1)" }.joined(separator: "\r\n")
        return RedisSnapshot(info: info, settings: settings, clockAhead: clockAhead, server: server).findings(
            databaseAhead: databaseAhead)
    }

    @Test("nothing, where nothing is")
    func good() {
        #expect(findings() == [])
        #expect(findings(["redis_version": "10.0.1"]) == [])
        #expect(findings(["redis_version": "6.2.0"]) == [])
        #expect(findings(["aof_enabled": "0"], settings: ["save": "3600 1"]) == [], "snapshots are kept")
        #expect(findings(clockAhead: 3600, databaseAhead: 3599) == [], "this machine's own clock is of no account")
    }

    @Test(
        "what no process starts with",
        arguments: [
            ("redis_version", "5.0.14", "version is '5.0.14'", "6.2"), ("redis_version", "", "version is ''", "6.2"),
            (
                "maxmemory_policy", "allkeys-lru", "maxmemory-policy is 'allkeys-lru'",
                "config set maxmemory-policy noeviction"
            ),
            ("maxmemory_policy", "volatile-ttl", "maxmemory-policy is 'volatile-ttl'", "noeviction"),
            ("role", "slave", "role is 'slave'", "primary"),
        ])
    func dangerous(field: String, value: String, says: String, remedy: String) throws {
        let found = findings([field: value])
        #expect(found.map(\.gravity) == [.dangerous])
        let refusal = try #require(RedisCheck.refusal(of: found))
        #expect(refusal.message.hasPrefix("REDIS_URL: Redis: "))
        #expect(refusal.message.contains(says))
        #expect(refusal.message.contains(remedy))
    }

    @Test("what is only said")
    func worrying() {
        for (found, says, remedy) in [
            (findings(["aof_enabled": "0"]), "appendonly is 'no'", "config set appendonly yes"),
            (findings(settings: ["appendfsync": "no"]), "appendfsync is 'no'", "config set appendfsync everysec"),
            (findings(clockAhead: -1.5, databaseAhead: 1), "clock is '2.5 s behind PostgreSQL's'", "NTP"),
            (findings(clockAhead: 5, databaseAhead: 1.9), "clock is '3.1 s ahead of PostgreSQL's'", "NTP"),
        ] {
            #expect(found.map(\.gravity) == [.worrying])
            #expect(RedisCheck.refusal(of: found) == nil)
            #expect(found.first.map { "\($0)".contains(says) && "\($0)".contains(remedy) } == true, "\(found)")
        }
    }

    @Test("clocks that nobody can tell are not judged, nor are those within two seconds")
    func clocks() {
        #expect(findings(clockAhead: 100) == [])
        #expect(findings(databaseAhead: 100) == [])
        #expect(findings(clockAhead: 2, databaseAhead: 0) == [])
        #expect(findings(clockAhead: 2.1, databaseAhead: 0) != [])
    }

    @Test("the gravest comes first, and one of several servers is named")
    func several() {
        let found = findings(["maxmemory_policy": "allkeys-lfu", "aof_enabled": "0"], server: "10.0.0.5:7001")
        #expect(found.map(\.setting) == ["maxmemory-policy", "appendonly"])
        #expect(found.allSatisfy { $0.server == "Redis at 10.0.0.5:7001" })
    }

    @Test("a server that lets nobody read its settings is not accused of what it does not tell")
    func silent() {
        #expect(findings(settings: [:]) == [])
        #expect(
            findings(["aof_enabled": "0"], settings: [:]).first?.consequence.contains("does not tell whether") == true)
        #expect(
            findings(["aof_enabled": "0"], settings: ["save": ""]).first?.consequence.contains("there are no snapshots")
                == true)
    }

    @Test("INFO is read line by line")
    func info() {
        let facts = RedisSnapshot(
            info:
                "# Server\r\nredis_version:7.0.15\r\n\r\n# Memory\r\nmaxmemory_policy:noeviction\r\nexe:a:b\r\nempty:\r\n"
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
