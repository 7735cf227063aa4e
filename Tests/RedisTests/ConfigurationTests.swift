import Testing

@testable import Redis

@Suite("Redis URLs: read exactly, refused with a reason, never shown with their password")
struct ConfigurationTests {
    @Test("all parts are read")
    func parts() throws {
        let full = try RedisConfiguration(url: "redis://worker:p%40ss%3Aword@redis.internal:7000/3")
        #expect(full.topology == .single(.tcp(host: "redis.internal", port: 7000)))
        #expect(full.username == "worker")
        #expect(full.password == "p@ss:word")
        #expect(full.database == 3)
        let short = try RedisConfiguration(url: "redis://localhost")
        #expect(short.topology == .single(.tcp(host: "localhost", port: 6379)))
        #expect(short.database == 0)
        #expect(short.password == nil)
        let passwordOnly = try RedisConfiguration(url: "redis://:secret@[::1]:6380/")
        #expect(passwordOnly.topology == .single(.tcp(host: "::1", port: 6380)))
        #expect(passwordOnly.username == nil)
        #expect(passwordOnly.password == "secret")
        let unix = try RedisConfiguration(url: "unix:///run/redis/redis.sock?db=2")
        #expect(unix.topology == .single(.unix(path: "/run/redis/redis.sock")))
        #expect(unix.database == 2)
    }

    @Test("TLS: for one server, sentinels and a cluster, with authorities, a certificate and a name of one's own")
    func encryption() throws {
        #expect(try RedisConfiguration(url: "rediss://localhost").tls == TLSSettings())
        #expect(try RedisConfiguration(url: "redis://localhost").tls == nil)
        let all = TLSSettings(
            authorities: "/etc/ca 1.pem", certificate: "/c.pem", key: "/k.pem", serverName: "redis.example")
        let query = "ca=/etc/ca%201.pem&cert=/c.pem&key=/k.pem&server-name=redis.example"
        let single = try RedisConfiguration(url: "rediss://:p@localhost:6380/2?\(query)")
        #expect(
            single.tls == all && single.database == 2 && single.topology == .single(.tcp(host: "localhost", port: 6380))
        )
        let sentinel = try RedisConfiguration(url: "rediss+sentinel://:p@a,b/shop/1?sentinel-password=s&\(query)")
        #expect(sentinel.tls == all && sentinel.database == 1)
        let cluster = try RedisConfiguration(url: "rediss+cluster://a,b?\(query)")
        #expect(cluster.tls == all && cluster.node(.tcp(host: "c", port: 1)).tls == all)
    }

    @Test("sentinels: hosts with and without ports, the service, both logins")
    func sentinels() throws {
        let full = try RedisConfiguration(
            url:
                """
                redis+sentinel://worker:p%40ss@10.0.0.1:26380,sentinel.internal,[::1]:7/\
                the%2Dshop/3?sentinel-user=watch&sentinel-password=s%26t
                """
        )
        #expect(
            full.topology
                == .sentinel(
                    SentinelService(
                        sentinels: [
                            .tcp(host: "10.0.0.1", port: 26380), .tcp(host: "sentinel.internal", port: 26379),
                            .tcp(host: "::1", port: 7),
                        ], name: "the-shop", username: "watch", password: "s&t")))
        #expect(full.username == "worker" && full.password == "p@ss" && full.database == 3)
        let short = try RedisConfiguration(url: "redis+sentinel://localhost,localhost:26379/shop/")
        #expect(
            short.topology
                == .sentinel(SentinelService(sentinels: [.tcp(host: "localhost", port: 26379)], name: "shop")))
        #expect(short.username == nil && short.password == nil && short.database == 0)
    }

    @Test("a cluster: some of its nodes, one login, no database but 0", arguments: ["", "/", "/0"])
    func cluster(path: String) throws {
        let configuration = try RedisConfiguration(url: "redis+cluster://:secret@10.0.0.1:7000,10.0.0.2\(path)")
        #expect(
            configuration.topology
                == .cluster(seeds: [.tcp(host: "10.0.0.1", port: 7000), .tcp(host: "10.0.0.2", port: 6379)]))
        #expect(configuration.password == "secret" && configuration.username == nil && configuration.database == 0)
        let node = configuration.node(.tcp(host: "10.0.0.3", port: 1))
        #expect(node.topology == .single(.tcp(host: "10.0.0.3", port: 1)) && node.password == "secret")
    }

    @Test(
        "what is wrong with a list of servers is said",
        arguments: [
            ("redis+sentinel:x", "cannot be read"), ("redis+sentinel:///shop", "host is empty"),
            ("redis+sentinel://a,,b/shop", "host is empty"), ("redis+sentinel://a,b", "name that the sentinels"),
            ("redis+sentinel://a,b/", "name that the sentinels"),
            ("redis+sentinel://a/b%20c", "name that the sentinels"),
            ("redis+sentinel://a/shop/x", "database must be a number"),
            ("redis+sentinel://a/shop/-1", "database must be a number"),
            ("redis+sentinel://a/shop/0/1", "more behind the database"), ("redis+sentinel://a:0/shop", "port must be"),
            ("redis+sentinel://a:b/shop", "port must be"), ("redis+sentinel://a:/shop", "port must be"),
            ("redis+sentinel://[::1/shop", "brackets"), ("redis+sentinel://[::1]x/shop", "port must be"),
            ("redis+sentinel://:hun%ter2@a/shop", "percent-encoding"),
            ("redis+sentinel://:hunter2%FF@a/shop", "percent-encoding"),
            ("redis+sentinel://hunter2@a/shop", "user without a password"),
            ("redis+sentinel://:hun#ter2@a/shop", "percent-encoded"),
            ("redis+sentinel://a/shop?password=hunter2", "sentinel-user and sentinel-password"),
            ("redis+sentinel://a/shop?sentinel-user=hunter2", "without a sentinel-password"),
            ("redis+cluster://:hunter2@a,b/1", "database 0 only"), ("redis+cluster://:hunter2@a?x=1", "query"),
            ("redis+cluster://:hunter2@", "host is empty"), ("redis+cluster://a:70000", "port must be"),
            ("redis+clusters://:hunter2@a", "scheme must be"),
        ])
    func refusedLists(url: String, reason: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test(
        "bad ones are refused without repeating the password",
        arguments: [
            "", "nonsense", "http://:hunter2@localhost", "redis://:hunter2@localhost/x",
            "redis://:hunter2@localhost/-1",
            "rediss://:hunter2@localhost?ca=relative.pem", "rediss://:hunter2@localhost?cert=/c.pem",
            "rediss://:hunter2@localhost?insecure=1",
            "rediss://:hunter2@localhost?server-name=", "redis://:hunter2@localhost?ca=/ca.pem",
            "rediss+cluster://:hunter2@a?x=1",
            "rediss+sentinel://:hunter2@a/shop?ca=ca.pem", "rediss+unix:///s",
            "redis://:hunter2@localhost:0", "redis://:hunter2@localhost:70000", "unix:relative",
        ])
    func refused(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidURL)
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test(
        "printing and dumping shows neither user nor password",
        arguments: [
            ("redis://worker:hunter2@localhost:7000/3", "redis://localhost:7000/3"),
            (
                "redis+sentinel://worker:hunter2@a,[::1]:2/shop?sentinel-user=worker&sentinel-password=hunter2",
                "redis+sentinel://a:26379,[::1]:2/shop/0"
            ),
            ("redis+cluster://worker:hunter2@a,b", "redis+cluster://a:6379,b:6379"),
            ("rediss://worker:hunter2@localhost:7000/3?ca=/ca.pem", "rediss://localhost:7000/3"),
            ("rediss+cluster://worker:hunter2@a,b", "rediss+cluster://a:6379,b:6379"),
        ])
    func redacted(url: String, shown: String) throws {
        let configuration = try RedisConfiguration(url: url)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("worker"))
            #expect(text.contains(shown))
        }
    }
}
