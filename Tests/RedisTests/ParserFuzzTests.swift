import PropertySupport
import Testing

@testable import Redis

@Suite("Whatever stands in REDIS_URL or in a server's answer, the process lives", .timeLimit(.minutes(10)))
struct RedisParserTests {
    private let asked = Endpoint.tcp(host: "asked", port: 1)

    private func check(_ endpoint: Endpoint) throws {
        if case .tcp(let host, let port) = endpoint {
            try demand(!host.isEmpty && (1...65535).contains(port), "\(endpoint)")
        }
    }

    @Test("URLs: a port is one of 65535, a database is not below zero, a host is not empty")
    func urls() {
        let samples = [
            "redis://user:p%40ss@127.0.0.1:6379/0", "unix:///run/redis.sock?db=2",
            "redis+sentinel://u:p@10.0.0.1:26379,10.0.0.2:26379/service/0",
            "redis+cluster://u:p@10.0.0.1:6379,[::1]:6380",
            "redis+sentinel://a,b/s?sentinel-user=u&sentinel-password=%70",
        ]
        property("a URL", Gen<String>.text(near: samples)) { text in
            guard let configuration = try? RedisConfiguration(url: text) else { return }
            try demand(configuration.database >= 0, "\(configuration.database)")
            switch configuration.topology {
            case .single(let endpoint): try check(endpoint)
            case .sentinel(let service):
                try demand(!service.sentinels.isEmpty && !service.name.isEmpty, text)
                for endpoint in service.sentinels { try check(endpoint) }
            case .cluster(let seeds):
                try demand(!seeds.isEmpty, text)
                for endpoint in seeds { try check(endpoint) }
            }
        }
    }

    @Test("redirections to slots and ports of any number")
    func redirections() {
        property(
            "a refusal",
            Gen<String>.text(near: ["MOVED 3999 127.0.0.1:6381", "ASK 3999 ::1:6381", "TRYAGAIN later", "MOVED 1 :7"])
        ) {
            text in
            guard let redirection = Redirection(text, from: asked) else { return }
            var map = try SlotMap(
                .array([.array([.integer(0), .integer(16_383), .array([.string(Array("a".utf8)), .integer(1)])])]),
                saidBy: asked)
            switch redirection {
            case .moved(let slot, let endpoint):
                try check(endpoint)
                map.moved(slot, to: endpoint)
            case .ask(let endpoint): try check(endpoint)
            case .later: break
            }
        }
    }

    @Test("slots and ports of any number in a map, and more masters than there are slots")
    func maps() {
        let range = all(Gen<Int64>.int64(), Gen<Int64>.int64(), Gen<Int64>.int64())
        property("a map", range.list(0...4)) { ranges in
            let value = RedisValue.array(
                ranges.map { .array([.integer($0), .integer($1), .array([.string(Array("h".utf8)), .integer($2)])]) })
            guard let map = try? SlotMap(value, saidBy: asked) else { return }
            for master in map.masters { try check(master) }
        }
        let crowd = (0..<70_000).map { index in
            RedisValue.array([
                .integer(0), .integer(0),
                .array([.string(Array("h\(index / 60_000)".utf8)), .integer(Int64(index % 60_000 + 1))]),
            ])
        }
        // Each looks through all before it, so only as many as show the bound.
        #expect(throws: RedisError.self) { try SlotMap(.array(Array(crowd.prefix(HashSlot.count + 1))), saidBy: asked) }
    }

    @Test("a value is a number of 64 bits or none")
    func values() {
        property("a string", Gen<String>.number) { text in
            let value = RedisValue.string(Array(text.utf8))
            if let number = value.int { try demandEqual(Int64(exactly: number).map { Int($0) }, number) }
            _ = (value.text, value.bytes, value.elements)
        }
    }
}
