import Bootstrap
import Testing

@testable import CLI

@Suite("What the doctor says of Redis")
struct RedisCheckupTests {
    private func findings(_ changes: [String: String] = [:], settings: [String: String] = [:]) -> [Finding] {
        let healthy = [
            "redis_version": "7.0.15", "role": "master", "maxmemory": "1000000", "maxmemory_policy": "noeviction",
            "aof_enabled": "1",
            "aof_last_write_status": "ok", "loading": "0",
        ]
        let text = healthy.merging(changes) { _, new in new }.map { "\($0):\($1)" }.joined(separator: "\r\n")
        return RedisCheckup.judge(RedisSnapshot(info: "# Server\r\n" + text + "\r\n", settings: settings))
    }

    @Test func findsNothingWrongWithAHealthyServer() {
        #expect(findings().map(\.verdict) == [.ok, .ok, .ok, .ok])
    }

    @Test(arguments: [
        ("redis_version", "6.0.16", "redis"), ("role", "slave", "redis.role"),
        ("maxmemory_policy", "allkeys-lru", "redis.eviction"),
        ("aof_last_write_status", "err", "redis.persistence"),
    ])
    func failsWhatLosesJobs(name: String, value: String, check: String) throws {
        let finding = try #require(findings([name: value]).first { $0.check == check })
        #expect(finding.verdict == .failed)
        #expect(finding.advice?.isEmpty == false)
    }

    @Test func namesTheNodeOfACluster() {
        let findings = RedisCheckup.judge(
            RedisSnapshot(info: "redis_version:7.0.15\r\nrole:slave\r\n", server: "10.0.0.1:7000"))
        #expect(!findings.isEmpty && findings.allSatisfy { $0.detail.hasPrefix("10.0.0.1:7000: ") })
        #expect(findings.first { $0.check == "redis.role" }?.verdict == .failed)
    }

    @Test func warnsOfWhatOnlyMightHurt() {
        #expect(findings(["aof_enabled": "0"]).last?.detail.hasPrefix("nothing on disk") == true)
        #expect(
            findings(["aof_enabled": "0"], settings: ["save": "3600 1"]).last?.detail.hasPrefix("snapshots only")
                == true)
        #expect(findings(settings: ["appendfsync": "no"]).last?.detail.contains("appendfsync is 'no'") == true)
        #expect(findings(settings: ["appendfsync": "everysec"]).last?.verdict == .ok)
        #expect(findings(["redis_version": "10.0.1"])[0].verdict == .ok)
        #expect(findings(["redis_version": "7.2-rc1"])[0].verdict == .ok)
    }
}
