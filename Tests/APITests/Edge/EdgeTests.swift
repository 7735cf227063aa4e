import Bootstrap
import Foundation
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import API

@Suite(
    "Slow, broken and oversized requests get an answer that can be read", .database(migrations: try Shop.migrations()),
    .timeLimit(.minutes(2)))
struct EdgeTests {
    /// StartupRetry of a fraction of a second.
    private static var hurried: EdgeResources {
        var limits = EdgeLimits()
        limits.headTime = .milliseconds(300)
        limits.bodyGrace = .milliseconds(300)
        limits.lingerTime = .milliseconds(500)
        return EdgeResources(limits: limits)
    }

    private func open(
        _ edge: EdgeResources = EdgeResources(limits: EdgeLimits()),
        _ test: @escaping @Sendable (Int, EdgeResources) throws -> Void
    ) async throws {
        try await Shop.open(edge: edge) { shop in
            let port = try #require(shop.client.port)
            try await onThread { try test(port, edge) }
        }
    }

    private static func post(_ headers: String) -> String {
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\(headers)\r\n\r\n"
    }

    @Test(
        "a slow request is answered with 408",
        arguments: [
            ("", "P", "head"), ("", "GET /healthz HTTP/1.1\r\nHost: a\r\n", "head"),
            ("", post("Content-Length: 100") + "{", "body"),
            ("", post("Transfer-Encoding: chunked") + "5\r\n{", "body"),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /", "head"),
        ])
    func answersASlowRequestWith408(before: String, slow: String, part: String) async throws {
        try await open(Self.hurried) { port, _ in
            let connection = try RawConnection(port: port)
            if !before.isEmpty {
                connection.send(before)
                #expect(try connection.answer().status == 200)
            }
            connection.send(slow)
            let answer = try connection.answer()
            #expect(answer.status == 408)
            #expect(answer.answer.problem == "request_timeout")
            #expect(answer.header("connection") == "close")
            #expect(String(decoding: answer.body, as: UTF8.self).contains("The \(part) of the request"))
            #expect(connection.isClosed())
        }
    }

    @Test("blank lines between requests are passed over")
    func takesBlankLinesBetweenRequests() async throws {
        try await open(Self.hurried) { port, _ in
            let connection = try RawConnection(port: port)
            for _ in 0..<3 {
                connection.send("\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n\r\n")
                #expect(try connection.answer().status == 200)
            }
        }
    }

    @Test("a client that waits for 100 Continue gets it")
    func answersContinueToThoseWhoWaitForIt() async throws {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(Self.post("Content-Length: 2\r\nExpect: 100-continue"))
            #expect(try connection.answer().status == 100)
            connection.send("{}")
            #expect(try connection.answer().status == 422)
            connection.send(Self.post("Content-Length: 20000\r\nExpect: 100-continue"))
            #expect(try connection.answer().status == 413, "refused before the body is sent")
            let other = try RawConnection(port: port)
            other.send(Self.post("Content-Length: 2\r\nExpect: miracles"))
            #expect(try other.answer().status == 417)
        }
    }

    @Test(
        "an oversized body gets an answer that can be read, and the connection closes",
        arguments: ["keep-alive", "close"], [true, false])
    func oversizedBody(connection header: String, isDeclared: Bool) async throws {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            let megabytes = [UInt8](repeating: UInt8(ascii: "x"), count: 4_000_000)
            if isDeclared {
                connection.send(Self.post("Connection: \(header)\r\nContent-Length: \(megabytes.count)"))
                connection.send(megabytes)
            } else {
                connection.send(Self.post("Connection: \(header)\r\nTransfer-Encoding: chunked"))
                connection.send("3D0900\r\n")
                connection.send(megabytes)
                connection.send("\r\n0\r\n\r\n")
            }
            let answer = try connection.answer()
            #expect(answer.status == 413)
            #expect(answer.answer.problem == "content_too_large")
            #expect(connection.isClosed())
        }
    }

    @Test(
        "each broken request gets its status",
        arguments: [
            ("GET /healthz HTTP/1.1\r\n\r\n", 400), ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            (post("Content-Length: 9223372036854775808"), 413), (post("Content-Length: 18446744073709551616"), 413),
            (post("Content-Length: 99999999999999999999999999"), 413), (post("Content-Length: -1"), 400),
            ("GET /" + String(repeating: "a", count: 8_300) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            ("GET /" + String(repeating: "a", count: 200_000), 414),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 17_000) + "\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 200_000), 431),
            ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: a\r\n", count: 20_000), 431),
            ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: a\r\n", count: 300) + "\r\n", 431),
            (post("Transfer-Encoding: chunked") + "zz\r\n", 400),
            (post("Transfer-Encoding: chunked") + "-1\r\n{}\r\n0\r\n\r\n", 400),
            (post("Transfer-Encoding: chunked") + "FFFFFFFFFFFFFFFFFF\r\n", 400),
            (post("Transfer-Encoding: chunked") + "2\r\n{}\r\n0\r\nX: y\r\n\r\n", 422),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
            ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", 400), ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", 400),
            ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            ("GET http://shop.example/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        ] as [(String, Int)])
    func answersWithTheStatus(_ request: String, status: Int) async throws {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(request)
            let answer = try connection.answer()
            #expect(answer.status == status)
            if status != 200 { #expect(answer.answer.problem != nil) }
        }
    }

    @Test(
        "half a request is answered with 400",
        arguments: [
            post("Content-Length: 100") + "{", post("Transfer-Encoding: chunked") + "2\r\n{}\r\n", "GET /healthz HT",
        ])
    func answersAHalfRequestWith400(_ request: String) async throws {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(request)
            connection.finishSending()
            #expect(try connection.answer().status == 400)
            #expect(connection.isClosed())
        }
    }

    @Test("a client that has closed its side is answered")
    func answersAClientThatSaysNothingMore() async throws {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(String(repeating: "GET /api/v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n", count: 3))
            connection.finishSending()
            for _ in 1...3 { #expect(try connection.answer().status == 200) }
            #expect(connection.isClosed())
        }
    }

    @Test("an HTTP/1.0 connection closes after its answer")
    func closesAfterHTTP10() async throws {
        try await open { port, _ in
            for request in [
                "GET /healthz HTTP/1.0\r\n\r\n", "GET /api/v1/openapi.json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            ] {
                let connection = try RawConnection(port: port)
                connection.send(request)
                let answer = try connection.answer()
                #expect(answer.status == 200)
                #expect(answer.head.hasPrefix("HTTP/1.0 200"))
                #expect(answer.header("connection") == "close")
                #expect(connection.isClosed())
            }
        }
    }

    @Test("pipelined requests are served and refused in order")
    func pipeline()
        async throws
    {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(
                String(repeating: "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", count: 200)
                    + Self.post("Content-Length: 2") + "{}" + "GET /healthz HTTP/1.1\r\n\r\n"
                    + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in 1...200 { #expect(try connection.answer().status == 200) }
            #expect(try connection.answer().status == 422)
            #expect(try connection.answer().status == 400)
            #expect(connection.isClosed())
        }
    }

    @Test("an offer to upgrade is answered as HTTP/1.1 and ends the connection")
    func offersOfAnUpgradeAreAnsweredAndEnd() async throws {
        try await open { port, _ in
            let connection = try RawConnection(port: port)
            connection.send(
                """
                GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
                HTTP2-Settings: AAA\r\n\r\n
                """
            )
            let answer = try connection.answer()
            #expect(answer.status == 200)
            #expect(answer.header("connection") == "close")
            #expect(connection.isClosed())
        }
    }

    @Test("one address has a limited number of connections")
    func boundsTheConnectionsOfOneAddress() async throws {
        var limits = EdgeLimits()
        limits.connectionsPerAddress = 3
        limits.lingerTime = .milliseconds(100)
        try await open(EdgeResources(limits: limits)) { port, _ in
            let own = try (1...3).map { _ in try RawConnection(port: port, source: "127.0.0.9") }
            for connection in own {
                connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try connection.answer().status == 200)
            }
            let fourth = try RawConnection(port: port, source: "127.0.0.9")
            let answer = try fourth.answer()
            #expect(answer.status == 429)
            #expect(answer.answer.problem == "too_many_connections")
            #expect(fourth.isClosed())
            let other = try RawConnection(port: port, source: "127.0.0.10")
            other.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try other.answer().status == 200)
        }
    }

    @Test("the edge takes its limits from the settings")
    func takesItsLimitsFromTheSettings() throws {
        func limits(_ values: [String: String]) throws -> EdgeLimits {
            var reader = SettingsReader(values: values)
            return try EdgeLimits(EdgeSettings(&reader))
        }
        let set = try limits([
            "HTTP_MAX_CONNECTIONS": "20", "HTTP_MAX_CONNECTIONS_PER_ADDRESS": "5", "HTTP_BODY_MEMORY_MIB": "3",
            "HTTP_REQUEST_TIMEOUT_SECONDS": "7",
        ])
        #expect(set.connections == 20 && set.connectionsPerAddress == 5 && set.heldBodyBytes == 3 << 20)
        #expect(set.headTime == .seconds(7) && set.bodyGrace == .seconds(7) && set.bodyTime == .seconds(42))
        let standard = try limits([:])
        #expect(standard.headTime == EdgeLimits().headTime && standard.heldBodyBytes == EdgeLimits().heldBodyBytes)
        #expect(standard.connections == EdgeLimits().connections && standard.bodyTime == EdgeLimits().bodyTime)
        // As many as the process may open are taken, and one more is refused when it starts.
        let available = EdgeLimits.connectionsForDescriptors()
        guard available < 60_000 else { return }
        let error = #expect(throws: StartupError.self) {
            try limits(["HTTP_MAX_CONNECTIONS": String(max(16, available + 1))])
        }
        #expect(error?.message.contains("HTTP_MAX_CONNECTIONS") == true)
    }

    @Test("connections of trusted proxies are not counted")
    func countsNoConnectionsOfProxies() async throws {
        var limits = EdgeLimits()
        limits.connectionsPerAddress = 1
        try await open(EdgeResources(limits: limits, isProxy: { $0 == "127.0.0.9" })) { port, _ in
            let connections = try (1...3).map { _ in try RawConnection(port: port, source: "127.0.0.9") }
            for connection in connections {
                connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try connection.answer().status == 200)
            }
        }
    }

    @Test("bodies in memory are bounded")
    func boundsTheBodiesInMemory() async throws {
        var limits = EdgeLimits()
        limits.heldBodyBytes = 20_000
        try await open(EdgeResources(limits: limits)) { port, edge in
            let part = String(repeating: " ", count: 12_000)
            do {
                let first = try RawConnection(port: port)
                first.send(Self.post("Content-Length: 16000") + part)
                try blockThread("the first body is held") { edge.heldBodyBytes >= 12_000 }
                let second = try RawConnection(port: port)
                second.send(Self.post("Content-Length: 16000") + part)
                let refused = try second.answer()
                #expect(refused.status == 503)
                #expect(refused.header("retry-after") != nil)
                #expect(edge.heldBodyBytes <= 20_000)
                first.send(String(repeating: " ", count: 3_998) + "{}")
                #expect(try first.answer().status == 422)
            }
            try blockThread("nothing is held") { edge.heldBodyBytes == 0 }
        }
    }

    @Test("bodies of clients that hang up count no longer", arguments: [false, true])
    func bodiesOfClientsThatHangUp(byReset: Bool) async throws {
        try await open { port, edge in
            var connections: [RawConnection] = []
            for number in 1...5 {
                let connection = try RawConnection(port: port)
                connection.send(Self.post("Content-Length: 16000") + String(repeating: "x", count: 9_000))
                if byReset { connection.resetsOnClose() }
                connections.append(connection)
                try blockThread("the body is held") { edge.heldBodyBytes == number * 9_000 }
            }
            connections.removeAll()
            try blockThread("nothing is held") { edge.heldBodyBytes == 0 }
        }
    }

    @Test("bodies of clients that do not wait for their answers count no longer")
    func bodiesOfImpatientClients()
        async throws
    {
        let resources = EdgeResources(limits: EdgeLimits())
        try await Shop.open(edge: resources) { shop in
            let port = try #require(shop.client.port)
            let body = Shop.order(Shop.items(try await shop.addProduct()))
            try await onThread {
                var connections: [RawConnection] = []
                for number in 1...5 {
                    let connection = try RawConnection(port: port)
                    connection.resetsOnClose()
                    // No worker takes the orders, so their answers are waited for.
                    connection.send(
                        "POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                            + "Prefer: wait=20\r\nIdempotency-Key: key-\(number)\r\n"
                            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    connections.append(connection)
                    try blockThread("the body is held") { resources.heldBodyBytes == number * body.utf8.count }
                }
                connections.removeAll()
                try blockThread("nothing is held") { resources.heldBodyBytes == 0 }
            }
        }
    }
}
