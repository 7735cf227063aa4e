import Testing

@testable import Redis

@Suite("Redis URLs: read exactly, refused with a reason, never shown with their password")
struct ConfigurationTests {
    @Test("all parts are read")
    func parts() throws {
        let full = try RedisConfiguration(url: "redis://worker:p%40ss%3Aword@redis.internal:7000/3")
        #expect(full.endpoint == .tcp(host: "redis.internal", port: 7000))
        #expect(full.username == "worker")
        #expect(full.password == "p@ss:word")
        #expect(full.database == 3)
        let short = try RedisConfiguration(url: "redis://localhost")
        #expect(short.endpoint == .tcp(host: "localhost", port: 6379))
        #expect(short.database == 0)
        #expect(short.password == nil)
        let passwordOnly = try RedisConfiguration(url: "redis://:secret@[::1]:6380/")
        #expect(passwordOnly.endpoint == .tcp(host: "::1", port: 6380))
        #expect(passwordOnly.username == nil)
        #expect(passwordOnly.password == "secret")
        let unix = try RedisConfiguration(url: "unix:///run/redis/redis.sock?db=2")
        #expect(unix.endpoint == .unix(path: "/run/redis/redis.sock"))
        #expect(unix.database == 2)
    }

    @Test(
        "bad ones are refused without repeating the password",
        arguments: [
            "", "nonsense", "http://:hunter2@localhost", "redis://:hunter2@localhost/x", "redis://:hunter2@localhost/-1",
            "rediss://:hunter2@localhost",
            "redis://:hunter2@localhost:0", "redis://:hunter2@localhost:70000", "unix:relative",
        ])
    func refused(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidURL)
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test("printing and dumping shows neither user nor password")
    func redacted() throws {
        let configuration = try RedisConfiguration(url: "redis://worker:hunter2@localhost:7000/3")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("worker"))
            #expect(text.contains("redis://localhost:7000/3"))
        }
    }
}
