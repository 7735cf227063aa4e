import Testing

@testable import Redis

@Suite("Destinations: the next attempt goes where there is hope")
struct DestinationTests {
    private let a = Endpoint.tcp(host: "a", port: 1)
    private let b = Endpoint.tcp(host: "b", port: 2)
    private let c = Endpoint.tcp(host: "c", port: 3)

    @Test("a fixed one stays, a list is gone through in turn, a named one waits for another name")
    func failures() {
        var fixed = Destination.fixed(a)
        fixed.failed()
        #expect(fixed.endpoint == a)
        var list = Destination.anyOf([a, b, c])
        var order: [Endpoint?] = []
        for _ in 0..<4 {
            order.append(list.endpoint)
            list.failed()
        }
        #expect(order == [a, b, c, a])
        var named = Destination.named(a)
        named.failed()
        #expect(named.endpoint == nil)
        var none = Destination.anyOf([])
        none.failed()
        #expect(none.endpoint == nil)
    }

    @Test(
        "addresses in servers' answers",
        arguments: [
            ("10.0.0.1:7000", "10.0.0.1", 7000), ("node.internal:1", "node.internal", 1),
            ("2001:db8::1:7000", "2001:db8::1", 7000),
            (":7000", "a", 7000),
        ])
    func answers(text: String, host: String, port: Int) {
        #expect(Endpoint(text, saidBy: a) == .tcp(host: host, port: port))
    }

    @Test(
        "what is no address is not taken for one",
        arguments: ["", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:70000", "a:b", "?:7000"])
    func nonsense(text: String) {
        #expect(Endpoint(text, saidBy: a) == nil)
    }

    @Test("a host left out by a server behind a Unix socket cannot be guessed")
    func unix() {
        #expect(Endpoint(":7000", saidBy: .unix(path: "/run/redis.sock")) == nil)
    }

    @Test("they are shown as in a URL")
    func shown() {
        #expect("\(a)" == "a:1")
        #expect("\(Endpoint.tcp(host: "::1", port: 6379))" == "[::1]:6379")
        #expect("\(Endpoint.unix(path: "/run/redis.sock"))" == "/run/redis.sock")
    }
}
