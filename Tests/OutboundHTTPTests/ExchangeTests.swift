import OutboundHTTP
import TestSupport
import Testing

@Suite("A request goes out and its answer comes back", .timeLimit(.minutes(1)))
struct ExchangeTests {
    @Test("method, target, fields and body arrive as given; status, fields and body come back")
    func roundTrip() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try ScriptedServer { peer in
            log.note(try peer.readRequest())
            try peer.answer(201, headers: ["X-Thing": "one"], "grüß")
        }
        try await withClient { client in
            let response = try await client.send(
                OutboundRequest(
                    method: "POST", url: server.url + "/a/b?c=d",
                    headers: ["Content-Type": "text/plain", "X-Empty": ""],
                    body: Array("hello".utf8)))
            #expect(response.status == 201)
            #expect(response.headers["x-thing"] == "one")
            #expect(response.headers["X-THING"] == "one")
            #expect(response.headers["absent"] == nil)
            #expect(String(decoding: response.body, as: UTF8.self) == "grüß")
        }
        let request = try #require(log.entries.first)
        #expect(request.method == "POST")
        #expect(request.target == "/a/b?c=d")
        #expect(request.body == "hello")
        #expect(request.headers["content-type"] == "text/plain")
        #expect(request.headers["x-empty"] == "")
        #expect(request.headers["expect"] == nil)
        #expect(request.headers["user-agent"] == "Cartwright")
    }

    @Test(
        "each method is sent as itself, with a body where there is one",
        arguments: ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    func methods(method: String) async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try ScriptedServer { peer in
            log.note(try peer.readRequest())
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        let body = ["PUT", "PATCH"].contains(method) ? Array("data".utf8) : nil
        let status = try await withClient { client in
            try await client.send(OutboundRequest(method: method, url: server.url, body: body)).status
        }
        #expect(status == 200)
        #expect(log.entries.map(\.method) == [method])
        #expect(log.entries.map(\.body) == [body == nil ? "" : "data"])
        #expect(log.entries.first?.headers["content-type"] == nil)
    }

    @Test("a redirect comes back as an answer and is not followed")
    func redirect() async throws {
        let elsewhere = try ScriptedServer { peer in try peer.answer(200) }
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.answer(302, headers: ["Location": elsewhere.url])
        }
        try await withClient { client in
            let response = try await client.send(OutboundRequest(url: server.url))
            #expect(response.status == 302)
            #expect(response.headers["Location"] == elsewhere.url)
        }
        #expect(elsewhere.connections == 0)
    }

    @Test("fields of an interim answer do not mix with those of the final one")
    func interim() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            try peer.answer(200, headers: ["X-Final": "yes"])
        }
        try await withClient { client in
            let response = try await client.send(OutboundRequest(url: server.url))
            #expect(response.headers["X-Final"] == "yes")
            #expect(response.headers["Link"] == nil)
        }
    }

    @Test("requests one after the other share a connection")
    func reuse() async throws {
        let server = try ScriptedServer { peer in
            while true {
                _ = try peer.readRequest()
                try peer.answer(200, "ok")
            }
        }
        try await withClient { client in
            for _ in 0..<20 { _ = try await client.send(OutboundRequest(method: "POST", url: server.url, body: [1])) }
        }
        #expect(server.connections == 1)
    }

    @Test("two hundred requests wait for their answers at the same time")
    func manyAtOnce() async throws {
        let arrived = ScriptLog<Int>()
        let allHere = OneTimeSignal()
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            arrived.note(peer.number)
            if arrived.entries.count == 200 { allHere.fire() }
            // Nobody is answered before everybody has asked.
            peer.block(until: allHere)
            try peer.answer(200)
        }
        let answered = try await withClient { client in
            try await withThrowingTaskGroup { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await client.send(OutboundRequest(url: server.url, connectTimeout: .seconds(10))).status
                    }
                }
                return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
            }
        }
        #expect(answered == 200)
    }

    @Test(
        "what must not go out is refused before anything is opened",
        arguments: [
            "file:///etc/passwd", "gopher://127.0.0.1/", "127.0.0.1", "http://", "http://a b/",
            "http://127.0.0.1/\r\nX: y", "",
        ])
    func badAddresses(url: String) async throws {
        try await withClient { client in
            let error = try await failure { try await client.send(OutboundRequest(url: url)) }
            #expect(error.code == .badURL)
            #expect(error.certainty == .notSent)
        }
    }

    @Test("a field value cannot bring a second field along")
    func headerInjection() async throws {
        let server = try ScriptedServer { peer in try peer.answer(200) }
        try await withClient { client in
            for (name, value) in [
                ("X-A", "b\r\nX-C: d"), ("X-A", "b\nX-C: d"), ("X A", "b"), ("", "b"), ("X-A", "b\u{0}"),
            ] {
                var request = OutboundRequest(url: server.url)
                request.headers.append(name: name, value: value)
                let error = try await failure { [request] in try await client.send(request) }
                #expect(error.code == .invalidRequest)
            }
            let error = try await failure {
                try await client.send(OutboundRequest(method: "GET / HTTP/1.1\r\nX: y", url: server.url))
            }
            #expect(error.code == .invalidRequest)
        }
        #expect(server.connections == 0)
    }
}
