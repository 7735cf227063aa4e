import Glibc
import OutboundHTTP
import TestSupport
import Testing

@Suite("A failure says whether the other side may have acted", .timeLimit(.minutes(1)))
struct CertaintyTests {
    private func fail(_ request: OutboundRequest) async throws -> OutboundError {
        try await withClient { client in try await failure { try await client.send(request) } }
    }

    private func post(_ server: ScriptedServer, timeout: Duration = .seconds(15), maximumResponseBytes: Int = 1 << 20)
        -> OutboundRequest
    {
        OutboundRequest(
            method: "POST", url: server.url, body: Array("charge".utf8), timeout: timeout,
            maximumResponseBytes: maximumResponseBytes)
    }

    @Test("a name that cannot be looked up: not sent")
    func resolve() async throws {
        // Too long for a label of a name, so no name server is ever asked.
        let error = try await fail(
            OutboundRequest(method: "POST", url: "http://\(String(repeating: "a", count: 70)).invalid/", body: [1]))
        #expect(error.code == .resolve)
        #expect(error.certainty == .notSent)
    }

    @Test("nobody listens: not sent")
    func connect() async throws {
        let server = try ScriptedServer { _ in }
        server.stop()
        let error = try await fail(post(server))
        #expect(error.code == .connect)
        #expect(error.certainty == .notSent)
    }

    @Test("a connection that is never accepted runs into the connect limit: not sent")
    func connectTimeout() async throws {
        let (listener, port) = try ScriptedServer.listen(backlog: 0)
        // With the queue of the listener full, the kernel leaves further attempts unanswered.
        let fillers = (0..<4).map { _ in
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = ScriptedServer.loopback(port: port)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            return filler
        }
        defer { for descriptor in fillers + [listener] { close(descriptor) } }
        let clock = ContinuousClock()
        let start = clock.now
        let error = try await fail(
            OutboundRequest(
                method: "POST", url: "http://127.0.0.1:\(port)/", body: [1], connectTimeout: .milliseconds(300)))
        #expect(error.code == .timeout)
        #expect(error.certainty == .notSent)
        #expect(clock.now - start < .seconds(5))
    }

    @Test("no answer in time: ambiguous")
    func timeout() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            peer.waitForClose()
        }
        let error = try await fail(post(server, timeout: .milliseconds(300)))
        #expect(error.code == .timeout)
        #expect(error.certainty == .ambiguous)
    }

    @Test("closed without an answer: ambiguous")
    func emptyReply() async throws {
        let server = try ScriptedServer { peer in _ = try peer.readRequest() }
        let error = try await fail(post(server))
        #expect(error.code == .emptyReply)
        #expect(error.certainty == .ambiguous)
    }

    @Test("reset after the request left: ambiguous")
    func reset() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.reset()
        }
        let error = try await fail(post(server))
        #expect(error.code == .receiveFailed)
        #expect(error.certainty == .ambiguous)
    }

    @Test("reset in the middle of a large body: ambiguous")
    func resetWhileSending() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readLine()
            try peer.reset()
        }
        let error = try await fail(
            OutboundRequest(method: "POST", url: server.url, body: [UInt8](repeating: 7, count: 16 << 20)))
        #expect(error.code == .sendFailed || error.code == .receiveFailed)
        #expect(error.certainty == .ambiguous)
    }

    @Test("an answer that breaks off: ambiguous")
    func truncated() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        }
        let error = try await fail(post(server))
        #expect(error.code == .truncated)
        #expect(error.certainty == .ambiguous)
    }

    @Test("a chunked answer that breaks off: ambiguous")
    func truncatedChunks() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        }
        let error = try await fail(post(server))
        #expect(error.code == .truncated || error.code == .receiveFailed)
        #expect(error.certainty == .ambiguous)
    }

    @Test("an answer larger than allowed, with and without a length: ambiguous")
    func tooLarge() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            if peer.number == 1 {
                try peer.answer(200, String(repeating: "x", count: 1001))
            } else {
                try peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while true { try peer.write("64\r\n" + String(repeating: "x", count: 100) + "\r\n") }
            }
        }
        for _ in 1...2 {
            let error = try await fail(post(server, maximumResponseBytes: 1000))
            #expect(error.code == .tooLarge)
            #expect(error.certainty == .ambiguous)
        }
    }

    @Test("endless header fields are cut off")
    func endlessHeaders() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\n")
            while true { try peer.write("X-More: " + String(repeating: "y", count: 1000) + "\r\n") }
        }
        let error = try await fail(post(server))
        #expect(error.code == .tooLarge)
        #expect(error.certainty == .ambiguous)
    }

    @Test("an answer that is not HTTP: ambiguous")
    func notHTTP() async throws {
        let server = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.write("220 mail.example ESMTP\r\n")
            peer.waitForClose()
        }
        let error = try await fail(post(server))
        #expect(error.code == .protocolViolation)
        #expect(error.certainty == .ambiguous)
    }

    @Test("messages hold neither password nor path")
    func messages() async throws {
        let server = try ScriptedServer { peer in _ = try peer.readRequest() }
        let secretive = "http://user:hush@127.0.0.1:\(server.port)/secret/path?token=hush"
        for url in [secretive, "http://user:hush@127.0.0.1:1/secret", "ftp://user:hush@host/secret"] {
            let error = try await fail(OutboundRequest(url: url))
            #expect(
                !"\(error)".contains("hush") && !"\(error)".contains("secret") && !"\(error)".contains("user"),
                "\(error)")
        }
    }
}
