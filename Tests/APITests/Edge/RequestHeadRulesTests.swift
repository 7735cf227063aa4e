import HTTPTypes
import Hummingbird
import NIOHTTP1
import Testing

@testable import API

@Suite("Heads are read as RFC 9110 and 9112 say")
struct RequestHeadRulesTests {
    private static let table: RouteTable = {
        var routes = Routes()
        for (path, bytes) in [("webhooks/stripe", 1_048_576), ("orders", 65_536), ("jars/{id}/lids", 32_768)] {
            routes.post(path, audience: .everyone, limit: nil, bodyBytes: bytes) { _, _ in Response(status: .ok) }
        }
        routes.post("cart/items", audience: .everyone, limit: nil) { _, _ in Response(status: .ok) }
        return RouteTable(routes)
    }()

    private func plan(
        _ method: HTTPMethod = .GET, _ uri: String = "/healthz", version: HTTPVersion = .http1_1,
        with headers: [(String, String)]
    ) throws(Refusal) -> RequestHeadPlan {
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(headers))
        return try RequestHeadRules.plan(for: head, EdgeLimits(connections: 100)) { method, target in
            Self.table.bodyBytes(method, target)
        }
    }

    private func status(
        _ method: HTTPMethod = .GET, _ uri: String = "/healthz", version: HTTPVersion = .http1_1,
        with headers: [(String, String)]
    ) -> Int {
        do throws(Refusal) {
            _ = try plan(method, uri, version: version, with: headers)
            return 200
        } catch {
            return error.problem.status.code
        }
    }

    @Test(
        "a valid host is taken",
        arguments: [
            "a", "shop.example", "shop.example:8080", "127.0.0.1:80", "[::1]", "[::1]:8080", "SHOP.example", "a:",
            "xn--mnchen-3ya.example",
            "my_host", "a%20b",
        ])
    func takesHost(_ host: String) { #expect(status(with: [("Host", host)]) == 200) }

    @Test(
        "an invalid host is refused",
        arguments: [
            "", " ", "a b", "a/b", "user@a", "a:b", "a:99999", "a:123456", "[::1", "::1", "[]", "[x]", "a,b c", "a\tb",
            "ä.example", "a?b",
            "a#b",
            "<a>", String(repeating: "a", count: 300),
        ])
    func refusesHost(_ host: String) { #expect(status(with: [("Host", host)]) == 400) }

    @Test("a request needs exactly one host")
    func needsExactlyOneHost() {
        #expect(status(with: []) == 400)
        #expect(status(with: [("Host", "a"), ("Host", "a")]) == 400)
        #expect(status(with: [("Host", "a"), ("host", "b")]) == 400)
        #expect(status(version: .http1_0, with: []) == 200)
        #expect(status(version: .http1_0, with: [("Host", "a"), ("Host", "b")]) == 400)
        #expect(status(version: .http1_0, with: [("Host", "a b")]) == 400)
    }

    @Test(
        "a valid target is taken",
        arguments: [
            ("/", "/"), ("/a?b=c", "/a?b=c"), ("http://shop.example/a?b", "/a?b"), ("HTTP://shop.example", "/"),
            ("https://shop.example?b", "/?b"), ("/%41", "/%41"), ("/a?b=%zz", "/a?b=%zz"), ("/ü", "/ü"),
        ])
    func takesTarget(_ uri: String, as target: String) throws {
        #expect(try plan(.GET, uri, with: [("Host", "a")]).request.path == target)
    }

    @Test(
        "an invalid target is refused",
        arguments: [
            "", "a", "*", "shop.example:80", "ftp://a/b", "/%", "/%4", "/%zz", "/%00", "/a%0Ab", "/%ff", "/%C0%80",
            "/a#b",
            "/\u{FFFD}",
            "http:///a",
            "http://a b/c", "/a%7F",
        ])
    func refusesTarget(_ uri: String) { #expect(status(.GET, uri, with: [("Host", "a")]) == 400) }

    @Test("the asterisk is a target of OPTIONS only")
    func knowsTheTargetOfOptions() throws {
        #expect(try plan(.OPTIONS, "*", with: [("Host", "a")]).request.path == "*")
        #expect(status(.CONNECT, "a:80", with: [("Host", "a")]) == 405)
    }

    @Test(
        "a content length is a plain number or refused",
        arguments: [
            ("0", 200), ("2", 200), ("16384", 200), ("16385", 413), ("9223372036854775807", 413),
            ("9223372036854775808", 413),
            ("18446744073709551616", 413), (String(repeating: "9", count: 400), 413), ("-1", 400), ("+1", 400),
            ("1 1", 400), ("1,1", 400),
            ("0x1", 400), ("", 400), ("1.0", 400), ("١", 400),
        ] as [(String, Int)])
    func judgesLength(_ length: String, status expected: Int) {
        #expect(status(.POST, "/api/v1/auth/login", with: [("Host", "a"), ("Content-Length", length)]) == expected)
    }

    @Test("a request with two framings is refused")
    func readsOneFramingOnly() {
        let chunked = ("Transfer-Encoding", "chunked")
        #expect(status(.POST, "/", with: [("Host", "a"), chunked]) == 200)
        #expect(status(.POST, "/", with: [("Host", "a"), chunked, ("Content-Length", "1")]) == 400)
        #expect(status(.POST, "/", with: [("Host", "a"), ("Content-Length", "1"), ("Content-Length", "1")]) == 400)
        #expect(status(.POST, "/", with: [("Host", "a"), ("Transfer-Encoding", "gzip, chunked")]) == 400)
        #expect(status(.POST, "/", with: [("Host", "a"), ("Transfer-Encoding", "identity")]) == 400)
        #expect(status(.POST, "/", version: .http1_0, with: [("Host", "a"), chunked]) == 400)
    }

    @Test("each route says how long a body may be")
    func routesSayHowLongABodyMayBe() {
        func length(_ bytes: Int, _ path: String, _ method: HTTPMethod = .POST) -> Int {
            status(method, path, with: [("Host", "a"), ("Content-Length", String(bytes))])
        }
        for path in ["/api/v1/webhooks/stripe", "/api/webhooks/stripe", "/api/v1/webhooks/stripe?x=y"] {
            #expect(length(1_048_576, path) == 200)
            #expect(length(1_048_577, path) == 413)
        }
        #expect(length(65_536, "/api/v1/orders") == 200)
        #expect(length(65_537, "/api/v1/orders") == 413)
        #expect(length(32_768, "/api/v1/jars/1/lids") == 200)
        #expect(length(32_769, "/api/v1/jars/1/lids") == 413)
        for path in ["/api/v1/cart/items", "/api/v1/jars/1", "/nowhere", "/api/v1/orders/x/cancel"] {
            #expect(length(16_384, path) == 200)
            #expect(length(16_385, path) == 413)
        }
        #expect(length(20_000, "/api/v1/webhooks/stripe", .PUT) == 413)
    }

    @Test("100-continue is the only expectation")
    func judgesExpectations() throws {
        let body = [("Host", "a"), ("Content-Length", "2")]
        #expect(try plan(.POST, "/", with: body + [("Expect", "100-continue")]).awaitsContinue)
        #expect(try plan(.POST, "/", with: body + [("Expect", "100-Continue")]).awaitsContinue)
        #expect(
            try plan(.POST, "/", with: [("Host", "a"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue")])
                .awaitsContinue)
        #expect(
            try !plan(.POST, "/", with: [("Host", "a"), ("Content-Length", "0"), ("Expect", "100-continue")])
                .awaitsContinue)
        #expect(try !plan(.GET, "/", with: [("Host", "a"), ("Expect", "100-continue")]).awaitsContinue)
        #expect(try !plan(.POST, "/", version: .http1_0, with: body + [("Expect", "100-continue")]).awaitsContinue)
        #expect(status(.POST, "/", with: body + [("Expect", "200-ok")]) == 417)
        #expect(
            status(.POST, "/", with: [("Host", "a"), ("Content-Length", "99999"), ("Expect", "100-continue")]) == 413)
    }

    @Test("address and header fields are bounded")
    func boundsAddressAndHeaders() {
        #expect(status(.GET, "/" + String(repeating: "a", count: 8_191), with: [("Host", "a")]) == 200)
        #expect(status(.GET, "/" + String(repeating: "a", count: 8_192), with: [("Host", "a")]) == 414)
        #expect(status(with: [("Host", "a"), ("X", String(repeating: "a", count: 16_300))]) == 200)
        #expect(status(with: [("Host", "a"), ("X", String(repeating: "a", count: 16_400))]) == 431)
        #expect(status(with: [("Host", "a"), ("X", "a\u{0}b")]) == 400)
        #expect(status(with: [("Host", "a"), ("X", "a\u{7F}b")]) == 400)
        #expect(status(with: [("Host", "a"), ("X", "a\tb ü")]) == 200)
    }

    @Test("the last request of a connection is known")
    func knowsTheLastRequestOfAConnection() throws {
        #expect(try !plan(with: [("Host", "a")]).isLast)
        #expect(try plan(with: [("Host", "a"), ("Connection", "close")]).isLast)
        #expect(try plan(with: [("Host", "a"), ("Connection", "Close, x")]).isLast)
        #expect(try plan(version: .http1_0, with: []).isLast)
        #expect(try plan(version: .http1_0, with: [("Connection", "keep-alive")]).isLast)
        #expect(try plan(with: [("Host", "a"), ("Connection", "Upgrade"), ("Upgrade", "h2c")]).isLast)
    }

    @Test(
        "IPv6 addresses are counted by their network",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8::/64"),
            ("::1", "::/64"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        ])
    func countsNetworks(_ address: String, as network: String) {
        #expect(EdgeResources.network(of: address) == network)
    }
}
